// Where the compiler is: what the user set, the one inside the extension, the one of the search path.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

const PROGRAM = process.platform === 'win32' ? 'deployc.exe' : 'deployc';

export function findCompiler(extension: string): string {
  const set = vscode.workspace.getConfiguration('deployc').get<string>('path', '').trim();
  if (set !== '') return set;
  const inside = join(extension, 'bin', PROGRAM);
  return existsSync(inside) ? inside : PROGRAM;
}
