import '../theme.css';
import { connectHost } from '../host.ts';
import './run-panel.ts';

const root = document.getElementById('app');
if (!root?.dataset.run) throw new Error('The run panel needs <main id="app" data-run="...">.');
const panel = document.createElement('run-panel');
Object.assign(panel, { host: connectHost(), run: root.dataset.run });
root.append(panel);
