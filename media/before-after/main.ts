import '../theme.css';
import { connectHost } from '../host.ts';
import './before-after-view.ts';

const root = document.getElementById('app');
if (!root?.dataset.images)
  throw new Error(
    `The before-and-after page needs <main id="app" data-images='[{"source": "...", "result": "..."}]'>.`,
  );
const images: unknown = JSON.parse(root.dataset.images);
const view = document.createElement('before-after-view');
Object.assign(view, { host: connectHost(), images });
root.append(view);
