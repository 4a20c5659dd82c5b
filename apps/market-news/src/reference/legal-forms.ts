import { fold } from '../tagging/words.js';

/**
 * Words at the end of a company's name that say its legal form. The name without them tells companies apart well
 * enough, and news leaves them out.
 */
const LEGAL_FORMS = new Set(
  [
    ...['AB', 'AG', 'AS', 'ASA', 'Bhd', 'BV', 'Co', 'Company', 'Corp', 'Corporation', 'GmbH', 'Inc'],
    ...['Incorporated', 'KG', 'KK', 'Limited', 'Limitada', 'LLC', 'LLP', 'LP', 'Ltd', 'Ltda', 'NV', 'OAO'],
    ...['OJSC', 'OOO', 'Oy', 'Oyj', 'PAO', 'PJSC', 'PLC', 'PT', 'Pte', 'Pty', 'Pvt', 'SA', 'SARL', 'SAS'],
    ...['Sdn', 'SE', 'SL', 'SpA', 'SRL', 'Tbk'],
  ].map(fold),
);

export const isLegalForm = (folded: string): boolean => LEGAL_FORMS.has(folded);
