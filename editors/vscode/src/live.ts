// A panel beside the text that shows one answer of the server, live: asked again after every edit and move of the cursor,
// with one question on its way at a time.

import * as vscode from 'vscode';
import type { Server } from './server';

export interface View<Answer> {
  /** The panel's type. */
  readonly id: string;
  readonly title: string;
  readonly method: string;
  /** What the page shows of an answer. */
  content(answer: Answer): { html: string; title: string };
  /** What a message of the page asks for. */
  clicked(answer: Answer, message: unknown): void;
}

export class Live<Answer> implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private editor: vscode.TextEditor | undefined;
  private answer: Answer | undefined;
  private asking = false;
  private again = false;
  private readonly listeners: vscode.Disposable[] = [];

  constructor(private readonly view: View<Answer>, private readonly server: Server) {}

  open(): void {
    this.editor = vscode.window.activeTextEditor ?? this.editor;
    if (this.panel === undefined) this.create();
    this.panel?.reveal(undefined, true);
    void this.refresh();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private create(): void {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel(this.view.id, this.view.title, column, { enableScripts: true });
    this.panel = panel;
    panel.webview.html = page();
    panel.webview.onDidReceiveMessage((message: unknown) => {
      if (message === 'ready') void this.refresh();
      else if (this.answer !== undefined) this.view.clicked(this.answer, message);
    });
    this.listeners.push(
      vscode.workspace.onDidChangeTextDocument(change => {
        if (change.document.languageId === 'deploy') void this.refresh();
      }),
      vscode.window.onDidChangeTextEditorSelection(change => this.follow(change.textEditor)),
      vscode.window.onDidChangeActiveTextEditor(editor => this.follow(editor)),
    );
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.listeners.splice(0).forEach(listener => listener.dispose());
    });
  }

  private follow(editor: vscode.TextEditor | undefined): void {
    if (editor?.document.languageId !== 'deploy') return;
    this.editor = editor;
    void this.refresh();
  }

  private async refresh(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    do {
      this.again = false;
      await this.ask();
    } while (this.again && this.panel !== undefined);
    this.asking = false;
  }

  private async ask(): Promise<void> {
    if (this.editor === undefined) return;
    try {
      const answer = await this.server.ask<Answer>(this.view.method, this.editor);
      this.answer = answer;
      const { html, title } = this.view.content(answer);
      if (this.panel !== undefined) this.panel.title = title;
      await this.panel?.webview.postMessage({ html });
    } catch (error) {
      // What was last seen stays: while somebody types, texts are broken most of the time.
      await this.panel?.webview.postMessage({ note: error instanceof Error ? error.message : String(error) });
    }
  }
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
}

function page(): string {
  const nonce = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16)).join('');
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; img-src data:">
<style>
  body { padding: 0; margin: 0; color: var(--vscode-editor-foreground); background: var(--vscode-editor-background); }
  #note { padding: 4px 8px; color: var(--vscode-descriptionForeground); min-height: 1.2em; }
  #shown svg { max-width: 100%; height: auto; background: #fff; }
  #shown [data-node] { cursor: pointer; }
  #shown pre { padding: 0 8px; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }
</style>
</head>
<body>
<div id="note"></div>
<div id="shown"></div>
<script nonce="${nonce}">
  const editor = acquireVsCodeApi();
  const shown = document.getElementById('shown');
  const note = document.getElementById('note');
  window.addEventListener('message', ({ data }) => {
    note.textContent = data.note ?? '';
    if (data.html !== undefined) shown.innerHTML = data.html;
  });
  shown.addEventListener('click', ({ target }) => {
    const node = target.closest?.('[data-node]');
    if (node) editor.postMessage({ node: node.getAttribute('data-node') });
  });
  editor.postMessage('ready');
</script>
</body>
</html>`;
}
