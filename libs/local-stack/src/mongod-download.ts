/**
 * `node mongod-download.js FOLDER`: lets mongodb-memory-server download its mongod into the folder, and prints the path
 * of the binary as the last line.
 */
import { MongoBinary } from 'mongodb-memory-server-core';

const [downloadDir] = process.argv.slice(2);
if (!downloadDir) throw new Error('Give the folder to download into.');

try {
  console.log(`\n${await MongoBinary.getPath({ downloadDir })}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
