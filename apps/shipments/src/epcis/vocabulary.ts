/**
 * The words of the Core Business Vocabulary 2.0 that JSON has in bare form, by the vocabulary. An event says one of
 * them, or a URI of its own.
 */
export const VOCABULARIES = {
  bizStep: {
    name: 'a business step',
    web: 'https://ref.gs1.org/cbv/BizStep-',
    words: words(`accepting arriving assembling collecting commissioning consigning creating_class_instance
      cycle_counting decommissioning departing destroying disassembling dispensing encoding entering_exiting holding
      inspecting installing killing loading other packing picking receiving removing repackaging repairing replacing
      reserving retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing
      transporting unloading unpacking void_shipping`),
  },
  disposition: {
    name: 'a disposition',
    web: 'https://ref.gs1.org/cbv/Disp-',
    words: words(`active available completeness_inferred completeness_verified conformant container_closed
      container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive
      mismatch_class mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant
      non_sellable_other partially_dispensed recalled reserved retail_sold returned sellable_accessible
      sellable_not_accessible stolen unavailable unknown`),
  },
  bizTransaction: {
    name: 'a type of business transaction',
    web: 'https://ref.gs1.org/cbv/BTT-',
    words: words('bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres'),
  },
  sourceDest: {
    name: 'a type of source or destination',
    web: 'https://ref.gs1.org/cbv/SDT-',
    words: words('location owning_party possessing_party'),
  },
  errorReason: {
    name: 'a reason of an error',
    web: 'https://ref.gs1.org/cbv/ER-',
    words: words('did_not_occur incorrect_data'),
  },
  component: {
    name: 'a component of a measurement',
    web: 'https://ref.gs1.org/cbv/Comp-',
    words:
      words(`altitude axial_distance azimuth easting elevation_angle geocoordinate height latitude longitude
      northing polar_angle spherical_radius x y z`),
  },
  measurement: {
    name: 'a type of measurement',
    web: 'https://ref.gs1.org/voc/',
    words:
      words(`AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Activity Altitude AmountOfSubstance
      AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
      Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity
      ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency
      Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux
      LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
      MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux
      RadiantIntensity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity
      SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber`),
  },
  alert: {
    name: 'an alert of a sensor',
    web: 'https://ref.gs1.org/voc/',
    words: words('ALARM_CONDITION ERROR_CONDITION'),
  },
} as const satisfies Record<string, { name: string; web: string; words: ReadonlySet<string> }>;
export type Vocabulary = keyof typeof VOCABULARIES;

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/u));
}

/** Whether a vocabulary has a text as a bare word. */
export const isWord = (vocabulary: Vocabulary, text: string): boolean =>
  (VOCABULARIES[vocabulary].words as ReadonlySet<string>).has(text);

/** What the JSON-LD context of EPCIS makes prefixes of without being told. */
export const STANDARD_PREFIXES: readonly (readonly [string, string])[] = [
  ['cbv', 'https://ref.gs1.org/cbv/'],
  // As the XML binding writes it, so that an event in either has one hash: the context itself ends it with a colon.
  ['cbvmda', 'urn:epcglobal:cbv:mda'],
  ['epcis', 'https://ref.gs1.org/epcis/'],
  ['gs1', 'https://ref.gs1.org/voc/'],
];

/** The whole URI of a term: of a bare word its Web URI, of `gs1:Temperature` what the prefix stands for. */
export function webUriOf(vocabulary: Vocabulary, term: string): string {
  const { web, words: known } = VOCABULARIES[vocabulary];
  if (known.has(term)) return web + term;
  const prefix = STANDARD_PREFIXES.find(([name]) => term.startsWith(`${name}:`));
  return prefix ? prefix[1] + term.slice(prefix[0].length + 1) : term;
}

/** A term as its bare word, in whichever form it was said; a URI of somebody's own stays as it is. */
export function wordOf(vocabulary: Vocabulary, term: string): string {
  const { web, words: known } = VOCABULARIES[vocabulary];
  const uri = webUriOf(vocabulary, term);
  const word = uri.startsWith(web) ? uri.slice(web.length) : uri;
  return known.has(word) ? word : uri;
}
