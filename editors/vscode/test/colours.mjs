// Runs the colours in VS Code's own engine: over texts that say themselves what they are, and over every text of the
// repository, where no token may be illegal and no line may leave a string open.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const oniguruma = require('vscode-oniguruma');
const textmate = require('vscode-textmate');
const here = dirname(fileURLToPath(import.meta.url));
const root = process.env.DEPLOYMENTS ?? join(here, '../../..');

await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
    createOnigString: text => new oniguruma.OnigString(text),
  }),
  loadGrammar: async scope => {
    if (scope !== 'source.deploy') return null;
    const path = join(here, '../syntaxes/deploy.tmLanguage.json');
    return textmate.parseRawGrammar(readFileSync(path, 'utf8'), path);
  },
});
const grammar = await registry.loadGrammar('source.deploy');
const complaints = [];

/** The scopes of every token, line by line. */
function tokens(text) {
  let state = textmate.INITIAL;
  return text.split('\n').map(line => {
    const found = grammar.tokenizeLine(line, state);
    state = found.ruleStack;
    return found.tokens;
  });
}

function* files(folder, ending) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      if (!['target', '.git', 'node_modules'].includes(name)) yield* files(path, ending);
    } else if (name.endsWith(ending)) yield path;
  }
}

let said = 0;
const own = join(here, 'colours.deploy');
const lines = readFileSync(own, 'utf8').split('\n');
const found = tokens(lines.join('\n'));
let row = 0;
lines.forEach((line, at) => {
  const sign = /^\s*\/\/\s*([\^<])-?\s*(.*)$/.exec(line);
  if (sign === null) {
    row = at;
    return;
  }
  const column = sign[1] === '<' ? line.indexOf('/') : line.indexOf('^');
  const token = found[row].find(token => token.startIndex <= column && column < token.endIndex);
  const innermost = token?.scopes.at(-1);
  said += 1;
  if (innermost !== sign[2]) complaints.push(`${own}:${row + 1}:${column + 1}: ${innermost} instead of ${sign[2]}`);
});

let texts = 0;
for (const folder of ['examples', 'stdlib', 'tests']) {
  for (const path of files(join(root, folder), '.deploy')) {
    texts += 1;
    const text = readFileSync(path, 'utf8');
    tokens(text).forEach((line, at) => line.forEach(token => {
      const illegal = token.scopes.find(scope => scope.startsWith('invalid'));
      if (illegal !== undefined) complaints.push(`${path}:${at + 1}:${token.startIndex + 1}: ${illegal}`);
    }));
    const last = tokens(text + '\nservice probe {').at(-1);
    if (!last.some(token => token.scopes.includes('entity.name.type.deploy'))) complaints.push(`${path}: ends inside of something`);
  }
}
if (texts < 25) complaints.push(`only ${texts} texts were found`);
console.log(complaints.length === 0 ? `ok: ${said} places, ${texts} texts` : complaints.join('\n'));
process.exit(complaints.length === 0 ? 0 : 1);
