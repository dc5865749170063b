// The extension in a real VS Code: code-server on Node.js, looked at through Chromium. Each scene ends with a screenshot.
//
//   node test/real.mjs CODE_SERVER VSIX PROJECT SCREENSHOTS
//
// CODE_SERVER is the folder of the npm package, PROJECT a copy of examples/first-canary that may be written to.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createRequire } from 'node:module';

const [codeServer, vsix, project, screenshots] = process.argv.slice(2).map(path => resolve(path));
const { chromium } = createRequire(join(codeServer, 'package.json'))('playwright-core');
const WAIT = Number(process.env.WAIT ?? 60_000);
const home = mkdtempSync(join(tmpdir(), 'vscode-'));
const file = join(project, 'first_canary.deploy');
const original = readFileSync(file, 'utf8');
mkdirSync(screenshots, { recursive: true });

const entry = [join(codeServer, 'out/node/entry.js'), '--extensions-dir', join(home, 'extensions'), '--user-data-dir', join(home, 'data')];
const installed = spawnSync(process.execPath, [...entry, '--install-extension', vsix], { encoding: 'utf8' });
if (installed.status !== 0) throw new Error(`the extension was not installed: ${installed.stderr}`);
mkdirSync(join(home, 'data/User'), { recursive: true });
writeFileSync(join(home, 'data/User/settings.json'), JSON.stringify({
  'workbench.startupEditor': 'none',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'editor.codeLens': true,
  'files.autoSave': 'off',
  'chat.disableAIFeatures': true,
}));

const port = await new Promise(done => {
  const listener = createServer().listen(0, '127.0.0.1', () => {
    const { port } = listener.address();
    listener.close(() => done(port));
  });
});
const server = spawn(process.execPath, [...entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', project], { stdio: 'ignore' });

async function answers() {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise(done => setTimeout(done, 100));
  }
  throw new Error('code-server does not answer');
}

const failures = [];
let browser;
let page;

async function scene(name, play) {
  try {
    await play();
    console.log(`ok: ${name}`);
  } catch (error) {
    failures.push(name);
    console.log(`failed: ${name}: ${String(error.message).split('\n')[0]}`);
  }
  await page.screenshot({ path: join(screenshots, `${name.replaceAll(' ', '-')}.png`) });
}

async function command(title) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input[type=text], .quick-input-box input').first().fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor({ timeout: WAIT });
  await page.keyboard.press('Enter');
}

async function goTo(line, column) {
  await page.keyboard.press('Control+g');
  await page.locator('.quick-input-widget input[type=text], .quick-input-box input').first().fill(`:${line}:${column}`);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden', timeout: WAIT });
}

/** Line and column from 1 of a part of the text. */
function place(part, offset = 0) {
  const before = original.slice(0, original.indexOf(part) + offset).split('\n');
  return [before.length, before.at(-1).length + 1];
}

try {
  await answers();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(project)}`);
  await page.locator('.explorer-folders-view').waitFor({ timeout: WAIT });

  await scene('colours', async () => {
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'first_canary.deploy' }).first().dblclick();
    await page.locator('.view-line', { hasText: 'environment local' }).first().waitFor({ timeout: WAIT });
    await page.waitForFunction(() => new Set([...document.querySelectorAll('.view-line span span')].map(it => it.className)).size > 4, undefined, { timeout: WAIT });
    await page.locator('.view-lines').first().click();
  });

  await scene('hover', async () => {
    await goTo(...place('healthy for', 2));
    await command('Show or Focus Hover');
    await page.locator('.monaco-hover-content', { hasText: /healthy/ }).first().waitFor({ timeout: WAIT });
  });
  await page.keyboard.press('Escape');

  await scene('lenses', async () => {
    await goTo(...place('workflow release', 2));
    await page.locator('.codelens-decoration a').first().waitFor({ timeout: WAIT });
  });

  await scene('squiggle', async () => {
    const [line, column] = place('shop@image to local using all_at_once', 0);
    await goTo(line, column + 2);
    await page.keyboard.press('Delete');
    await page.keyboard.type('a');
    await page.locator('.squiggly-error').first().waitFor({ timeout: WAIT });
  });

  await scene('quick fix', async () => {
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget .monaco-list-row', { hasText: /shop/ }).first().waitFor({ timeout: WAIT });
  });
  await scene('fixed', async () => {
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.squiggly-error').length === 0, undefined, { timeout: WAIT });
  });

  await scene('graph', async () => {
    await goTo(...place('workflow release', 10));
    await command('Deploy: Show the graph of the workflow at the cursor');
    const inner = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await inner.locator('svg').first().waitFor({ timeout: WAIT });
    await inner.locator('svg [data-node]').first().click({ timeout: WAIT, force: true });
  });

  await scene('graph follows typing', async () => {
    await page.locator('.editor-instance .view-lines').first().click();
    await goTo(...place('for 16s', 'for 1'.length));
    await page.keyboard.press('Delete');
    await page.keyboard.type('7');
    await goTo(...place('workflow release', 10));
    const inner = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await inner.locator('svg', { hasText: '17 s' }).first().waitFor({ timeout: WAIT });
  });

  await scene('risk', async () => {
    await command('Deploy: Show the risk of the workflow at the cursor');
    const inner = page.frameLocator('iframe.webview.ready >> nth=-1').frameLocator('iframe#active-frame');
    await inner.locator('pre').first().waitFor({ timeout: WAIT });
  });

  await scene('rename', async () => {
    await page.locator('.editor-instance .view-lines').first().click();
    await goTo(...place('gate healthy', 7));
    await page.keyboard.press('F2');
    await page.locator('.rename-box input').waitFor({ timeout: WAIT });
    await page.locator('.rename-box input').fill('sound');
    await page.keyboard.press('Enter');
    await page.locator('.view-line', { hasText: 'while sound' }).first().waitFor({ timeout: WAIT });
  });
} finally {
  await browser?.close();
  server.kill();
  if (existsSync(home)) rmSync(home, { recursive: true, force: true, maxRetries: 10 });
}
console.log(failures.length === 0 ? 'ok: every scene' : `failed: ${failures.join(', ')}`);
process.exit(failures.length === 0 ? 0 : 1);
