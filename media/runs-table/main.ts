import '../theme.css';
import { connectHost } from '../host.ts';
import './runs-table-view.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page of the table needs <main id="app">.');
const saved: unknown = JSON.parse(root.dataset.state ?? 'null');
const view = document.createElement('runs-table-view');
Object.assign(view, { host: connectHost(), saved });
root.append(view);
