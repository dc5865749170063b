// The extension's beginning and end: starts the language server and offers what stands in `package.json`.

import * as vscode from 'vscode';
import { findCompiler } from './compiler';
import { Server } from './server';
import { registerCommands } from './commands';
import { registerGraph } from './graph';
import { registerRisk } from './risk';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const compiler = () => findCompiler(context.extensionPath);
  server = new Server(compiler);
  context.subscriptions.push(server);
  registerCommands(context, compiler, server);
  registerGraph(context, server);
  registerRisk(context, server);
  await server.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
