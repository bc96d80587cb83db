import '../theme.css';
import { connectHost } from '../host.ts';
import './weights-view.ts';

const root = document.getElementById('app');
if (!root?.dataset.file) throw new Error('The weights page needs <main id="app" data-file="...">.');
const view = document.createElement('weights-view');
Object.assign(view, { host: connectHost(), file: root.dataset.file });
root.append(view);
