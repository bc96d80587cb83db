import '../theme.css';
import { connectHost } from '../host.ts';
import './picture-view.ts';

const root = document.getElementById('app');
if (!root?.dataset.pictures)
  throw new Error(
    `The page of pictures needs <main id="app" data-pictures='[{"source": "...", "result": "..."}]'>.`,
  );
const pictures: unknown = JSON.parse(root.dataset.pictures);
const view = document.createElement('picture-view');
Object.assign(view, { host: connectHost(), pictures });
root.append(view);
