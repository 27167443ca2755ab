// Writes a .br and a .gz beside every built file worth it; the platform serves the best one the browser takes.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('dist/assets', import.meta.url));

for (const name of await readdir(folder)) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const path = join(folder, name);
  const bytes = await readFile(path);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gzip = gzipSync(bytes, { level: 9 });
  if (brotli.length < bytes.length) await writeFile(`${path}.br`, brotli);
  if (gzip.length < bytes.length) await writeFile(`${path}.gz`, gzip);
  const kilobytes = (size) => `${(size / 1000).toFixed(1)} kB`;
  console.log(
    `${name}  ${kilobytes(bytes.length)}  br ${kilobytes(brotli.length)}  gz ${kilobytes(gzip.length)}`,
  );
}
