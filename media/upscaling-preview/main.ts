import '../theme.css';
import { connectHost } from '../host.ts';
import './preview-view.ts';

const root = document.getElementById('app');
if (!root?.dataset.image) throw new Error('The preview of upscaling needs <main id="app" data-image="...">.');
const { image } = root.dataset;
const view = document.createElement('preview-view');
Object.assign(view, { host: connectHost(), image });
root.append(view);
