// The risk of a workflow beside its text, in the words of `deployc plan`.

import * as vscode from 'vscode';
import { escaped, Live } from './live';
import type { Server } from './server';

interface Report {
  readonly workflow: string;
  readonly text: string;
}

export function registerRisk(context: vscode.ExtensionContext, server: Server): void {
  const live = new Live<Report>(
    {
      id: 'deployc.risk',
      title: 'Risk',
      method: 'deploy/plan',
      content: report => ({ html: `<pre>${escaped(report.text)}</pre>`, title: `Risk of ${report.workflow}` }),
      clicked: () => undefined,
    },
    server,
  );
  context.subscriptions.push(live, vscode.commands.registerCommand('deployc.risk', () => live.open()));
}
