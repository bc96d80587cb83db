import {
  type Browser,
  type BrowserContext,
  chromium,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';
import { expect } from 'vitest';
import { windowUrl } from '../../scripts/vscode-server.mjs';
import type { Editor } from './editor.ts';

const patience = 40_000;

/** Preferences of a user for a window. */
export interface WindowOptions {
  readonly folder: string;
  readonly width?: number;
  readonly height?: number;
}

/** A window of VS Code, used as a user uses it. */
export class Workbench {
  readonly page: Page;
  readonly textEditor: TextEditor;
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  /** Console output of the window, for failures. */
  readonly #console: string[] = [];

  private constructor(page: Page, context: BrowserContext, browser: Browser) {
    this.page = page;
    this.#context = context;
    this.#browser = browser;
    this.textEditor = new TextEditor(this);
    page.on('console', (message) => this.#console.push(`[${message.type()}] ${message.text()}`));
  }

  /** Opens a new window on a folder, in a fresh profile, and waits for its list of files. */
  static async open(
    editor: Editor,
    { folder, width = 1400, height = 900 }: WindowOptions,
  ): Promise<Workbench> {
    const browser = await chromium.connect(editor.browser);
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(patience);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const workbench = new Workbench(await context.newPage(), context, browser);
    const { extension } = editor;
    await workbench.page.goto(windowUrl(editor.port, { folder, ...(extension ? { extension } : {}) }));
    await workbench.#ready();
    return workbench;
  }

  async close(): Promise<void> {
    await this.page.close({ runBeforeUnload: true });
    await this.#context.close();
    await this.#browser.close();
  }

  /** Reloads the window, as `Developer: Reload Window` does. */
  async reload(): Promise<void> {
    await this.#editorsAreKept();
    await this.page.reload();
    await this.#ready();
  }

  /** Waits until the browser has stored which editors are open; it does so every few seconds. */
  async #editorsAreKept(): Promise<void> {
    const titles = await this.page.locator('.tabs-container .tab .label-name').allTextContents();
    await this.page.waitForFunction(async (open) => {
      const databases = await indexedDB.databases();
      const stored = await Promise.all(
        databases
          .flatMap(({ name }) => (name?.startsWith('vscode-web-state-db-') ? [name] : []))
          .map(
            (name) =>
              new Promise<string>((resolve, reject) => {
                const opening = indexedDB.open(name);
                opening.onerror = () => reject(opening.error);
                opening.onsuccess = () => {
                  const read = opening.result
                    .transaction('ItemTable')
                    .objectStore('ItemTable')
                    .get('memento/workbench.parts.editor');
                  read.onerror = () => reject(read.error);
                  read.onsuccess = () => resolve(String(read.result));
                };
              }),
          ),
      );
      const editorsIn = (value: unknown): string[] => {
        if (typeof value !== 'object' || value === null) return [];
        if ('editors' in value && Array.isArray(value.editors))
          return value.editors.map((each) => JSON.stringify(each));
        return Object.values(value).flatMap(editorsIn);
      };
      // The title of a panel can be a prefix of its run file's: all must be there, with their content.
      return stored.some((text) => {
        const editors = text === 'undefined' ? [] : editorsIn(JSON.parse(text));
        return (
          editors.length === open.length &&
          open.every((title) => editors.some((each) => each.includes(title)))
        );
      });
    }, titles);
  }

  #ready(): Promise<void> {
    return this.page.locator('.explorer-folders-view [role="treeitem"]').first().waitFor();
  }

  /** The end of the window's console output. */
  consoleTail(): string {
    return this.#console.slice(-60).join('\n');
  }

  /** Runs a command by its title, from the command palette. */
  async run(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type="text"]').first();
    const found = this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title });
    // A closing menu, or a webview that takes the focus, can close the palette.
    for (let attempt = 1; ; attempt++) {
      try {
        await this.page.keyboard.press('F1');
        await input.fill(`>${title}`, { timeout: 3000 });
        // Not Enter, which goes elsewhere if the palette has just closed.
        await found.click({ timeout: 3000 });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** An entry of the open quick pick. */
  choice(label: string | RegExp): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row', {
      hasText: label,
    });
  }

  /** A file or folder in the Explorer. */
  file(name: string | RegExp): Locator {
    return this.page.locator('.explorer-folders-view').getByRole('treeitem', { name });
  }

  /** Expands an item of a view until one of its children is visible: a row that is redrawn meanwhile ignores a click. */
  async expand(row: Locator, child: Locator): Promise<void> {
    await expect
      .poll(
        async () => {
          const isCollapsed = (await row.first().getAttribute('aria-expanded')) === 'false';
          if (isCollapsed) await row.first().locator('.monaco-tl-twistie').click();
          return child.first().isVisible();
        },
        { timeout: 40_000 },
      )
      .toBe(true);
  }

  /** Opens the context menu of an element; returns its entry with exactly this title. */
  async openMenu(element: Locator, title: string): Promise<Locator> {
    const entry = this.page.getByRole('menuitem', { name: title, exact: true });
    // A new window shows menus before extensions have added their entries.
    for (let attempt = 1; ; attempt++) {
      await element.click({ button: 'right' });
      try {
        await entry.waitFor({ timeout: 3000 });
        return entry;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Chooses an entry of the open menu, which then closes. */
  async chooseEntry(entry: Locator): Promise<void> {
    // A menu ignores clicks at first.
    for (let attempt = 1; attempt === 1 || (await entry.isVisible()); attempt++) {
      await entry.click();
      await entry.waitFor({ state: 'hidden', timeout: 2000 }).catch((error: unknown) => {
        if (attempt === 5) throw error;
      });
    }
  }

  /** Chooses an entry, by its exact title, from the context menu of an element. */
  async chooseFromMenu(element: Locator, title: string): Promise<void> {
    await this.chooseEntry(await this.openMenu(element, title));
  }

  /** Opens a file from the Explorer and focuses it. */
  async open(name: string): Promise<void> {
    await this.file(name).dblclick();
    await this.page.getByRole('tab', { name }).and(this.page.locator('.active')).waitFor();
    await this.textEditor.focus();
  }

  /** Shows a view container by its name in the activity bar. */
  async showViews(name: string): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name });
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
  }

  /** A row of a side bar tree with this text. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.sidebar [role="treeitem"]', { hasText: text });
  }

  /** A status bar item with this text. */
  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar .statusbar-item', { hasText: text });
  }

  /** A notification toast. */
  toast(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  /** The field of the open input box or quick pick. */
  get input(): Locator {
    return this.page.locator('.quick-input-widget:visible input[type="text"]').first();
  }

  /** Answers the prompt with this text above, in or below its field. */
  async answer(question: string | RegExp, text: string): Promise<void> {
    const box = this.page.locator('.quick-input-widget:visible');
    const prompt = box.filter({ hasText: question });
    await prompt
      .or(box.filter({ has: this.page.getByPlaceholder(question) }))
      .first()
      .waitFor();
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /**
   * Names a file in the editor's own dialog of this title. The dialog writes a suggestion into the field once it has
   * listed the folder, and ignores answers while it lists another one: so this answers until it closes.
   */
  async chooseFile(title: string, path: string): Promise<void> {
    const dialog = this.page.locator('.quick-input-widget:visible', { hasText: title });
    const field = dialog.locator('input[type="text"]').first();
    await dialog.locator('.monaco-list-row', { hasText: /^\.\.$/ }).waitFor();
    for (let attempt = 1; ; attempt++) {
      try {
        if (await dialog.isVisible()) {
          if ((await field.inputValue({ timeout: 2000 })) !== path) await field.fill(path, { timeout: 2000 });
          await field.press('Enter', { timeout: 2000 });
        }
        await dialog.waitFor({ state: 'hidden', timeout: 2000 });
        return;
      } catch (error) {
        if (attempt === 10) throw error;
      }
    }
  }

  /** Opens the notification center; returns its entry with this text. */
  async notification(text: string | RegExp): Promise<Locator> {
    await this.run('Notifications: Show Notifications');
    return this.page.locator('.notifications-center .notification-list-item', { hasText: text });
  }

  /** The page in the webview of the visible editor tab. */
  get webview(): FrameLocator {
    return this.page
      .frameLocator('.editor-instance iframe.webview.ready, iframe.webview.ready')
      .frameLocator('iframe#active-frame');
  }
}

/** The text editor that has the focus. */
export class TextEditor {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  get #page(): Page {
    return this.#workbench.page;
  }

  get element(): Locator {
    return this.#page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
  }

  async focus(): Promise<void> {
    await this.element.locator('.view-line').first().waitFor();
    await this.#page.keyboard.press('ControlOrMeta+1');
    await this.element.and(this.#page.locator('.focused')).waitFor();
  }

  /** A visible line with this text. Its spaces are non-breaking; only a plain string matches them. */
  line(text: string): Locator {
    return this.element.locator('.view-line', { hasText: text });
  }

  /** Types key by key, with completion and automatic brackets. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text, { delay: 30 });
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  /** Moves the cursor to the end of a line, counted from 1. */
  async goToEndOfLine(line: number): Promise<void> {
    await this.press('Control+G');
    const input = this.#page.locator('.quick-input-widget input[type="text"]').first();
    await input.fill(`:${line}`);
    await input.press('Enter');
    await this.element.and(this.#page.locator('.focused')).waitFor();
    await this.press('End');
  }

  /** The rows of the open suggestion list. */
  get completions(): Locator {
    return this.#page.locator('.suggest-widget.visible .monaco-list-row');
  }

  /** Triggers completion, repeatedly: the editor gives up if the server is busy. */
  async complete(): Promise<Locator> {
    for (let attempt = 1; ; attempt++) {
      await this.press('Control+Space');
      try {
        await this.completions.first().waitFor({ timeout: 5000 });
        return this.completions;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.press('Escape');
      }
    }
  }

  /** Underlined ranges. */
  problems(severity: 'error' | 'warning' | 'info'): Locator {
    return this.element.locator(`.squiggly-${severity}`);
  }

  /**
   * Opens the quick fix menu of the problem at the cursor, repeatedly: a problem can be visible before its fixes are
   * known.
   *
   * @returns the fix with this title
   */
  async showFixes(title: string): Promise<Locator> {
    const rows = this.#page.locator('.action-widget .monaco-list-row.action');
    const fix = rows.filter({ hasText: title }).first();
    for (let attempt = 1; ; attempt++) {
      await this.press('Control+.');
      try {
        await fix.waitFor({ timeout: 5000 });
        return fix;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.press('Escape');
      }
    }
  }

  /** Applies a quick fix at the cursor by keyboard, because an open menu ignores clicks. */
  async fix(title: string): Promise<void> {
    const fix = await this.showFixes(title);
    const steps = await fix.evaluate((row) => {
      const all = [...row.parentElement!.querySelectorAll('.action')];
      return all.indexOf(row) - all.findIndex((each) => each.classList.contains('focused'));
    });
    for (let step = 0; step < steps; step++) await this.press('ArrowDown');
    await fix.and(this.#page.locator('.focused')).waitFor();
    await this.press('Enter');
  }

  /** The title of a code lens that can be clicked or not. */
  lensTitle(text: string | RegExp): Locator {
    return this.element.locator('.codelens-decoration > *', { hasText: text });
  }

  /** A code lens that can be clicked. */
  lens(text: string | RegExp): Locator {
    return this.element.locator('.codelens-decoration a', { hasText: text });
  }

  /** Clicks a code lens until its menu is visible: a lens that is redrawn meanwhile ignores a click. */
  async openLens(lens: Locator, entry: Locator): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await lens.click();
      try {
        await entry.waitFor({ timeout: 10_000 });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  /** Saves and waits until the editor has registered it: it would overwrite later changes on disk. */
  async save(): Promise<void> {
    await this.press('ControlOrMeta+S');
    await this.#page.locator('.tabs-container .tab.active:not(.dirty)').waitFor();
  }
}
