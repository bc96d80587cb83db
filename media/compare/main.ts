import '../theme.css';
import { connectHost } from '../host.ts';
import './compare-view.ts';

const root = document.getElementById('app');
if (!root?.dataset.runs) throw new Error(`The comparison page needs <main id="app" data-runs='["..."]'>.`);
const runs: unknown = JSON.parse(root.dataset.runs);
const view = document.createElement('compare-view');
const checkpoint = root.dataset.checkpoint ?? null;
const sample: unknown = JSON.parse(root.dataset.sample ?? 'null');
Object.assign(view, { host: connectHost(), runs, checkpoint, sample });
root.append(view);
