// The language server: its start, its end, its state in the status bar, and questions of our own to it.

import * as vscode from 'vscode';
import { LanguageClient, State, Trace, TransportKind } from 'vscode-languageclient/node';
import type { LanguageClientOptions, ServerOptions } from 'vscode-languageclient/node';

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly status = vscode.languages.createLanguageStatusItem('deployc', { language: 'deploy' });
  private readonly output = vscode.window.createOutputChannel('Deploy', { log: true });

  constructor(private readonly compiler: () => string) {
    this.status.name = 'Deploy';
    this.status.command = { command: 'deployc.restart', title: 'Restart' };
  }

  async start(): Promise<void> {
    const run = { command: this.compiler(), args: ['lsp'], transport: TransportKind.stdio };
    const server: ServerOptions = { run, debug: run };
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: 'file', language: 'deploy' }],
      outputChannel: this.output,
      markdown: { isTrusted: false, supportHtml: false },
    };
    const client = new LanguageClient('deployc', 'Deploy', server, options);
    client.onDidChangeState(change => this.show(change.newState));
    this.client = client;
    try {
      await client.start();
      await client.setTrace(Trace.fromString(vscode.workspace.getConfiguration('deployc').get('trace.server', 'off')));
    } catch (error) {
      this.show(State.Stopped);
      const open = 'Set its path';
      const said = `\`${run.command} lsp\` could not be started: ${error instanceof Error ? error.message : error}`;
      void vscode.window.showErrorMessage(said, open).then(chosen => {
        if (chosen === open) void vscode.commands.executeCommand('workbench.action.openSettings', 'deployc.path');
      });
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.state === State.Running) await client.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Asks the server; fails with what it says, or with the fact that it does not run. */
  async ask<Answer>(method: string, editor: vscode.TextEditor): Promise<Answer> {
    const client = this.client;
    if (client?.state !== State.Running) throw new Error('the language server does not run');
    return client.sendRequest<Answer>(method, {
      textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document),
      position: client.code2ProtocolConverter.asPosition(editor.selection.active),
    });
  }

  dispose(): void {
    this.status.dispose();
    this.output.dispose();
    void this.stop();
  }

  private show(state: State): void {
    const running = state === State.Running;
    this.status.busy = state === State.Starting;
    this.status.text = running ? 'deployc' : state === State.Starting ? 'deployc starts' : 'deployc does not run';
    this.status.detail = this.compiler();
    this.status.severity = state === State.Stopped ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
  }
}
