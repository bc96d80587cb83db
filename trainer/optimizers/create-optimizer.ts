import type { OptimizerSettings } from '../config/index.ts';
import { adam } from './adam.ts';
import { adan } from './adan.ts';
import { lion } from './lion.ts';
import { nadam } from './nadam.ts';
import type { Optimizer } from './optimizer.ts';
import { adamwScheduleFree } from './schedule-free.ts';

export function createOptimizer(settings: OptimizerSettings): Optimizer {
  const { type } = settings;
  switch (type) {
    case 'adam':
    case 'adamw':
      return adam({ ...settings, type });
    case 'nadam':
      return nadam(settings);
    case 'lion':
      return lion(settings);
    case 'adan':
      return adan(settings);
    case 'adamw_schedule_free':
      return adamwScheduleFree(settings);
  }
}
