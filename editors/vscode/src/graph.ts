// The graph of a workflow beside its text; a click on a node leads to where it is written.

import * as vscode from 'vscode';
import { Live } from './live';
import type { Server } from './server';

interface Place {
  readonly uri: string;
  readonly range: { readonly start: Spot; readonly end: Spot };
}

interface Spot {
  readonly line: number;
  readonly character: number;
}

interface Graph {
  readonly workflow: string;
  readonly svg: string;
  readonly nodes: readonly { readonly id: string; readonly location: Place }[];
}

export function registerGraph(context: vscode.ExtensionContext, server: Server): void {
  const live = new Live<Graph>(
    {
      id: 'deployc.graph',
      title: 'Graph',
      method: 'deploy/graph',
      content: graph => ({ html: graph.svg, title: `Graph of ${graph.workflow}` }),
      clicked: (graph, message) => void reveal(graph, (message as { node?: string }).node),
    },
    server,
  );
  context.subscriptions.push(live, vscode.commands.registerCommand('deployc.graph', () => live.open()));
}

async function reveal(graph: Graph, id: string | undefined): Promise<void> {
  const place = graph.nodes.find(node => node.id === id)?.location;
  if (place === undefined) return;
  const { start, end } = place.range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  const shown = vscode.window.visibleTextEditors.find(editor => editor.document.uri.toString() === vscode.Uri.parse(place.uri).toString());
  const column = shown?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(vscode.Uri.parse(place.uri), { selection, viewColumn: column });
}
