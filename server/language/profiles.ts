import {
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Hover,
  type Position,
} from 'vscode-languageserver-types';
import schema from '../../schemas/cluster-profiles.schema.json' with { type: 'json' };
import { profileProblems } from '../../trainer/cluster/profiles.ts';
import type { SchemaNode } from '../../trainer/config/index.ts';
import { plainText } from '../../trainer/format/markup.ts';
import { describeKey } from './describe.ts';
import { rangeOf } from './diagnose.ts';
import type { RunDocument } from './document.ts';

const profile: SchemaNode = schema.additionalProperties;

/** Whether a path is that of the file of cluster profiles. */
export function isProfilesFile(path: string): boolean {
  return /[\\/]esrgan-workbench[\\/]clusters\.yaml$/.test(path);
}

/** The problems of a file of profiles. */
export function diagnoseProfiles(text: string): Diagnostic[] {
  return profileProblems(text).map((problem) => ({
    range: rangeOf(problem),
    severity: problem.severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code: problem.code,
    source: 'esrgan',
    message: plainText(problem.message),
  }));
}

/** The description of the key of a profile at a position; `null` if there is none. */
export function hoverProfiles(document: RunDocument, position: Position): Hover | null {
  const place = document.pathAt(document.offsetAt(position));
  const key = String(place?.path[1]);
  const node = profile.properties?.[key];
  if (!place || !node || place.kind === 'empty') return null;
  return {
    contents: { kind: 'markdown', value: describeKey([key], node) },
    range: document.rangeOf(place.span),
  };
}

/** The keys that the profile around a position lacks. */
export function completeProfiles(document: RunDocument, position: Position): CompletionItem[] {
  const place = document.pathAt(document.offsetAt(position));
  if (place === undefined || place.kind === 'value' || place.parent.length !== 1) return [];
  return Object.entries(profile.properties ?? {})
    .filter(([key]) => document.nodeAt([...place.parent, key])?.value === undefined)
    .map(([key, node]) => ({
      label: key,
      kind: CompletionItemKind.Property,
      documentation: { kind: 'markdown', value: describeKey([key], node) },
      textEdit: { range: document.rangeOf(place.span), newText: place.hasColon ? key : `${key}: ` },
    }));
}
