import mongoose from 'mongoose';

const { Decimal128 } = mongoose.mongo.BSON;

/** A decimal string as MongoDB keeps it: exact, every digit of the text, and summed exactly by the server. */
export const toDecimal128 = (decimal: string): unknown => Decimal128.fromString(decimal);

/** And back. The contracts' decimals have at most 6 digits behind the point, so no exponent is ever written. */
export const fromDecimal128 = (stored: unknown): string => String(stored);
