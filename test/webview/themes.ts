import { runColorTable } from '../../server/protocol/run-colors.ts';

export const themes = ['light', 'dark', 'high-contrast', 'high-contrast-light'] as const;
export type Theme = (typeof themes)[number];

type Variables = Readonly<Record<string, string>>;

const font: Variables = {
  'font-family': '"Segoe WPC", "Segoe UI", system-ui, "Ubuntu", "Droid Sans", sans-serif',
  'font-size': '13px',
  'font-weight': 'normal',
  'editor-font-family': 'monospace',
};

/** The variables that VS Code's own themes set in a webview, those that our pages use. */
const variables: Readonly<Record<Theme, Variables>> = {
  light: {
    foreground: '#3b3b3b',
    descriptionForeground: '#3b3b3b',
    errorForeground: '#b01011',
    focusBorder: '#005fb8',
    'editor-background': '#ffffff',
    'editorWidget-background': '#f8f8f8',
    'panel-border': '#e5e5e5',
    'toolbar-hoverBackground': '#b8b8b850',
    'button-background': '#005fb8',
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#e5e5e5',
    'button-secondaryForeground': '#3b3b3b',
    'button-secondaryHoverBackground': '#cccccc',
    'progressBar-background': '#005fb8',
    'textLink-foreground': '#005fb8',
    'settings-dropdownBackground': '#ffffff',
    'settings-dropdownForeground': '#3b3b3b',
    'settings-dropdownBorder': '#cecece',
    'menu-background': '#ffffff',
    'menu-foreground': '#3b3b3b',
    'menu-border': '#cecece',
    'menu-selectionBackground': '#005fb8',
    'menu-selectionForeground': '#ffffff',
    'testing-iconPassed': '#2a7d3f',
    'editorWarning-foreground': '#bf8803',
    'widget-shadow': '#00000029',
  },
  dark: {
    foreground: '#cccccc',
    descriptionForeground: '#9d9d9d',
    errorForeground: '#f85149',
    focusBorder: '#0078d4',
    'editor-background': '#1f1f1f',
    'editorWidget-background': '#202020',
    'panel-border': '#2b2b2b',
    'toolbar-hoverBackground': '#5a5d5e50',
    'button-background': '#0078d4',
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#313131',
    'button-secondaryForeground': '#cccccc',
    'button-secondaryHoverBackground': '#3c3c3c',
    'progressBar-background': '#0078d4',
    'textLink-foreground': '#4daafc',
    'settings-dropdownBackground': '#313131',
    'settings-dropdownForeground': '#cccccc',
    'settings-dropdownBorder': '#3c3c3c',
    'menu-background': '#1f1f1f',
    'menu-foreground': '#cccccc',
    'menu-border': '#454545',
    'menu-selectionBackground': '#0078d4',
    'menu-selectionForeground': '#ffffff',
    'testing-iconPassed': '#73c991',
    'editorWarning-foreground': '#cca700',
    'widget-shadow': '#0000005c',
  },
  'high-contrast': {
    foreground: '#ffffff',
    descriptionForeground: '#ffffffb3',
    errorForeground: '#f48771',
    focusBorder: '#f38518',
    contrastBorder: '#6fc3df',
    contrastActiveBorder: '#f38518',
    'editor-background': '#000000',
    'editorWidget-background': '#0c141f',
    'panel-border': '#6fc3df',
    'button-foreground': '#ffffff',
    'button-border': '#6fc3df',
    'button-secondaryForeground': '#ffffff',
    'button-secondaryBackground': '#000000',
    'progressBar-background': '#6fc3df',
    'textLink-foreground': '#21a6ff',
    'settings-dropdownBackground': '#000000',
    'settings-dropdownForeground': '#ffffff',
    'settings-dropdownBorder': '#6fc3df',
    'menu-background': '#000000',
    'menu-foreground': '#ffffff',
    'menu-border': '#6fc3df',
    'menu-selectionBorder': '#f38518',
    'testing-iconPassed': '#73c991',
    'editorWarning-foreground': '#ffd370',
  },
  'high-contrast-light': {
    foreground: '#292929',
    descriptionForeground: '#292929b3',
    errorForeground: '#b5200d',
    focusBorder: '#006bbd',
    contrastBorder: '#0f4a85',
    contrastActiveBorder: '#006bbd',
    'editor-background': '#ffffff',
    'editorWidget-background': '#ffffff',
    'panel-border': '#0f4a85',
    'button-background': '#0f4a85',
    'button-foreground': '#ffffff',
    'button-border': '#0f4a85',
    'button-secondaryBackground': '#ffffff',
    'button-secondaryForeground': '#292929',
    'progressBar-background': '#0f4a85',
    'textLink-foreground': '#0f4a85',
    'settings-dropdownBackground': '#ffffff',
    'settings-dropdownForeground': '#292929',
    'settings-dropdownBorder': '#0f4a85',
    'menu-background': '#ffffff',
    'menu-foreground': '#292929',
    'menu-border': '#0f4a85',
    'menu-selectionBorder': '#006bbd',
    'testing-iconPassed': '#007100',
    'editorWarning-foreground': '#895503',
  },
};

const colorKinds = {
  light: 'light',
  dark: 'dark',
  'high-contrast': 'highContrast',
  'high-contrast-light': 'highContrastLight',
} as const;

/** The style sheet that stands for a theme: the variables of VS Code with their values. */
export function themeStyle(theme: Theme): string {
  const own = runColorTable.map((color, i) => [`esrgan-run${i}`, color[colorKinds[theme]]] as const);
  const all = [...Object.entries(font), ...Object.entries(variables[theme]), ...own];
  return `:root {\n${all.map(([name, value]) => `  --vscode-${name}: ${value};`).join('\n')}\n}\n`;
}

/** The classes of the body, as VS Code sets them. */
export function themeClasses(theme: Theme): string {
  return theme === 'high-contrast-light'
    ? 'vscode-high-contrast-light vscode-high-contrast'
    : `vscode-${theme}`;
}
