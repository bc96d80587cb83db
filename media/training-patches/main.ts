import '../theme.css';
import { connectHost } from '../host.ts';
import './training-patches-view.ts';

const root = document.getElementById('app');
if (!root?.dataset.file || !root.dataset.stage)
  throw new Error('The page of training patches needs <main id="app" data-file="..." data-stage="...">.');
const { file, stage } = root.dataset;
const view = document.createElement('training-patches-view');
Object.assign(view, { host: connectHost(), file, stage });
root.append(view);
