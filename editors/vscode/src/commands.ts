// Commands of the compiler, run in a terminal over the project of the file that is open.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Server } from './server';

/** The folder of the `deploy.toml` above a file, else the file's own. */
export function projectOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'deploy.toml'))) return folder;
    if (dirname(folder) === folder) return dirname(file);
  }
}

/** The workflow that a line lies in, or the next one behind it, or the last one before it. */
export function workflowAt(lines: readonly string[], line: number): string | undefined {
  const name = (text: string) => /^\s*(?:emergency\s+)?workflow\s+([A-Za-z_]\w*)/.exec(text)?.[1];
  for (let at = Math.min(line, lines.length - 1); at >= 0; at--) {
    const found = name(lines[at] ?? '');
    if (found !== undefined) return found;
    if (at < line && /^}/.test(lines[at] ?? '')) break;
  }
  return lines.slice(line).map(name).find(found => found !== undefined) ?? lines.map(name).find(found => found !== undefined);
}

function run(compiler: string, name: string, folder: string, given: string[]): Thenable<vscode.TaskExecution> {
  const execution = new vscode.ProcessExecution(compiler, [name, ...given], { cwd: folder });
  const task = new vscode.Task({ type: 'deployc', command: name }, vscode.TaskScope.Workspace, name, 'deployc', execution);
  task.presentationOptions = { clear: true, showReuseMessage: false };
  return vscode.tasks.executeTask(task);
}

export function registerCommands(context: vscode.ExtensionContext, compiler: () => string, server: Server): void {
  const over = (command: string, withWorkflow: boolean) => async (chosen?: unknown) => {
    const editor = vscode.window.activeTextEditor;
    const file = editor?.document.uri.fsPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    if (file === undefined) {
      void vscode.window.showInformationMessage('Open a file of the project first.');
      return;
    }
    if (!(await vscode.workspace.saveAll(false))) return;
    const folder = editor === undefined ? file : projectOf(file);
    const lines = editor?.document.getText().split('\n') ?? [];
    const workflow = typeof chosen === 'string' ? chosen : workflowAt(lines, editor?.selection.active.line ?? 0);
    await run(compiler(), command, folder, withWorkflow && workflow !== undefined ? ['--workflow', workflow] : []);
  };
  const simulate = async (title?: unknown) => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || typeof title !== 'string' || !(await vscode.workspace.saveAll(false))) return;
    await run(compiler(), 'test', projectOf(editor.document.uri.fsPath), ['--only', title]);
  };
  context.subscriptions.push(
    vscode.commands.registerCommand('deployc.simulate', simulate),
    vscode.commands.registerCommand('deployc.check', over('check', false)),
    vscode.commands.registerCommand('deployc.test', over('test', false)),
    vscode.commands.registerCommand('deployc.plan', over('plan', true)),
    vscode.commands.registerCommand('deployc.verify', over('verify', true)),
    vscode.commands.registerCommand('deployc.restart', () => server.restart()),
  );
}
