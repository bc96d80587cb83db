/** Options with BasicSR's keys, and KAIR's key for each of them. */
interface Renamed {
  readonly values: Map<string, unknown>;
  readonly originals: ReadonlyMap<string, string>;
}

/** BasicSR's names of KAIR's keys (https://github.com/cszn/KAIR, options/). */
const names: Readonly<Record<string, string>> = {
  task: 'name',
  scale: 'scale',
  'path.pretrained_netG': 'path.pretrain_network_g',
  'path.pretrained_netD': 'path.pretrain_network_d',
  'datasets.train.H_size': 'datasets.train.gt_size',
  'datasets.train.lq_patchsize': 'datasets.train.lq_size',
  'datasets.train.dataloader_batch_size': 'datasets.train.batch_size',
  'datasets.train.dataloader_num_workers': 'datasets.train.num_worker_per_gpu',
  'datasets.train.dataloader_shuffle': 'datasets.train.use_shuffle',
  ...Object.fromEntries(
    (
      [
        ['train', 'train'],
        ['test', 'val'],
      ] as const
    ).flatMap(([from, to]) => [
      [`datasets.${from}.name`, `datasets.${to}.name`],
      [`datasets.${from}.dataset_type`, `datasets.${to}.type`],
      [`datasets.${from}.dataroot_H`, `datasets.${to}.dataroot_gt`],
      [`datasets.${from}.dataroot_L`, `datasets.${to}.dataroot_lq`],
    ]),
  ),
  'netG.in_nc': 'network_g.num_in_ch',
  'netG.out_nc': 'network_g.num_out_ch',
  'netG.nc': 'network_g.num_feat',
  'netG.nf': 'network_g.num_feat',
  'netG.nb': 'network_g.num_block',
  'netG.gc': 'network_g.num_grow_ch',
  'train.G_lossfn_weight': 'train.pixel_opt.loss_weight',
  'train.F_lossfn_type': 'train.perceptual_opt.criterion',
  'train.F_lossfn_weight': 'train.perceptual_opt.perceptual_weight',
  'train.F_use_input_norm': 'train.perceptual_opt.use_input_norm',
  'train.F_use_range_norm': 'train.perceptual_opt.range_norm',
  'train.D_lossfn_weight': 'train.gan_opt.loss_weight',
  'train.D_init_iters': 'train.net_d_init_iters',
  'train.D_update_ratio': 'train.net_d_iters',
  'train.E_decay': 'train.ema_decay',
  'train.G_scheduler_milestones': 'train.scheduler.milestones',
  'train.G_scheduler_gamma': 'train.scheduler.gamma',
  'train.G_scheduler_periods': 'train.scheduler.periods',
  'train.G_scheduler_restart_weights': 'train.scheduler.restart_weights',
  'train.G_scheduler_eta_min': 'train.scheduler.eta_min',
  'train.G_optimizer_clipgrad': 'train.grad_clip_max_norm',
  'train.checkpoint_test': 'val.val_freq',
  'train.checkpoint_save': 'logger.save_checkpoint_freq',
  'train.checkpoint_print': 'logger.print_freq',
  ...Object.fromEntries(
    ['g', 'd'].flatMap((network) =>
      ['type', 'lr', 'betas'].map((key) => [
        `train.${network.toUpperCase()}_optimizer_${key}`,
        `train.optim_${network}.${key}`,
      ]),
    ),
  ),
  'train.G_optimizer_wd': 'train.optim_g.weight_decay',
  'train.D_optimizer_wd': 'train.optim_d.weight_decay',
};

/** Keys that KAIR does not use for these networks, that do not affect the result, or that start random weights. */
const unused = new RegExp(
  `^(${[
    'model|n_channels|gpu_ids|dist|sigma|sigma_test|find_unused_parameters|use_static_graph|merge_bn.*',
    String.raw`path\.(root|pretrained_netE)`,
    String.raw`datasets\.test\.(?!name|dataset_type|dataroot_).*`,
    String.raw`net[GD]\.(ng|reduction|bias|upsample_mode|downsample_mode|init_.*|scale)`,
    String.raw`train\.([GDE]_param_strict|[GD]_optimizer_reuse|[GD]_regularizer_\w+|manual_seed)`,
  ].join('|')})$`,
);

const netTypes: Readonly<Record<string, string>> = { rrdb: 'RRDBNet', rrdbnet: 'RRDBNet' };
const discriminatorTypes: Readonly<Record<string, string>> = {
  discriminator_unet: 'UNetDiscriminatorSN',
  discriminator_patchgan: 'PatchGANDiscriminatorSN',
};
const pixelLosses: Readonly<Record<string, string>> = {
  l1: 'L1Loss',
  l2: 'MSELoss',
  charbonnier: 'CharbonnierLoss',
};
const schedules: Readonly<Record<string, string>> = {
  CosineAnnealingWarmRestarts: 'CosineAnnealingRestartLR',
};

/** VGG19's convolutions by torchvision's positions. */
const convolutions = new Map([
  ...([0, 2].map((at, index) => [at, `conv1_${index + 1}`]) satisfies [number, string][]),
  ...([5, 7].map((at, index) => [at, `conv2_${index + 1}`]) satisfies [number, string][]),
  ...([10, 12, 14, 16].map((at, index) => [at, `conv3_${index + 1}`]) satisfies [number, string][]),
  ...([19, 21, 23, 25].map((at, index) => [at, `conv4_${index + 1}`]) satisfies [number, string][]),
  ...([28, 30, 32, 34].map((at, index) => [at, `conv5_${index + 1}`]) satisfies [number, string][]),
]);

/** Whether flattened options are KAIR's. */
export function isKair(values: ReadonlyMap<string, unknown>): boolean {
  return values.has('netG.net_type') && values.has('datasets.train.dataroot_H');
}

/**
 * KAIR's options as BasicSR's, flattened. What BasicSR does not name has KAIR's key.
 */
export function kairAsBasicSR(values: ReadonlyMap<string, unknown>): Renamed {
  const renamed = new Map<string, unknown>();
  const originals = new Map([
    ['network_g', 'netG'],
    ['network_d', 'netD'],
    ['path.pretrain_network_g', 'path.pretrained_netG'],
  ]);
  const set = (key: string, value: unknown, original: string) => {
    renamed.set(key, value);
    originals.set(key, original);
  };
  const choice = (value: unknown, choices: Readonly<Record<string, string>>): unknown =>
    typeof value === 'string' && Object.hasOwn(choices, value) ? choices[value] : value;
  const isBlind = values.get('datasets.train.dataset_type') === 'blindsr';
  const isSimple = values.get('netG.net_type') === 'rrdb';
  const isPatch = values.get('netD.net_type') === 'discriminator_patchgan';
  for (const [key, value] of values) {
    const name = Object.hasOwn(names, key) ? names[key] : undefined;
    if (value === null || unused.test(key)) continue;
    // The patch that is trained on is cut out of this one.
    if (isBlind && key === 'datasets.train.H_size' && values.has('datasets.train.lq_patchsize')) continue;
    if (name !== undefined) set(name, value, key);
    else if (key === 'netG.act_mode') {
      // Only `rrdb` reads it; L is a leaky ReLU.
      if (isSimple && value !== 'L') set('network_g.act_mode', value, key);
    } else if (key === 'netG.net_type') set('network_g.type', choice(value, netTypes), key);
    else if (key === 'netD.net_type') set('network_d.type', choice(value, discriminatorTypes), key);
    else if (key === 'netD.in_nc') set(`network_d.${isPatch ? 'input_nc' : 'num_in_ch'}`, value, key);
    else if (key === 'netD.base_nc') set(`network_d.${isPatch ? 'ndf' : 'num_feat'}`, value, key);
    else if (key === 'netD.n_layers') {
      if (isPatch) set('network_d.n_layers', value, key);
    } else if (key === 'netD.norm_type') {
      if (isPatch && value !== 'spectral') set(key, value, key);
    } else if (key === 'train.G_charbonnier_eps') {
      if (values.get('train.G_lossfn_type') === 'charbonnier') set('train.pixel_opt.eps', value, key);
    } else if (key === 'train.G_lossfn_type') set('train.pixel_opt.type', choice(value, pixelLosses), key);
    else if (key === 'train.gan_type') {
      // KAIR's name of BasicSR's vanilla.
      set('train.gan_opt.gan_type', value === 'gan' || value === 'ragan' ? 'vanilla' : value, key);
      if (value === 'ragan') set('model_type', 'ESRGANModel', key);
    } else if (key === 'train.G_scheduler_type') set('train.scheduler.type', choice(value, schedules), key);
    else if (/^train\.D_scheduler_/.test(key)) {
      // BasicSR has one schedule for both networks.
      if (String(value) !== String(values.get(key.replace('.D_', '.G_')))) set(key, value, key);
    } else if (key === 'train.F_feature_layer') {
      const weights = [values.get('train.F_weights') ?? 1].flat();
      for (const [index, position] of [value].flat().entries()) {
        const layer = convolutions.get(Number(position)) ?? `layer ${position}`;
        set(`train.perceptual_opt.layer_weights.${layer}`, weights[index] ?? weights[0], key);
      }
    } else if (/^net[GD]\./.test(key)) {
      // With the keys of the network, which are left out where it is not supported.
      set(`network_${key[3]?.toLowerCase()}.${key.slice(5)}`, value, key);
    } else if (key !== 'train.F_weights') set(key, value, key);
  }
  if (renamed.has('train.grad_clip_max_norm')) renamed.set('train.grad_clip', true);
  // KAIR always flips and rotates.
  for (const key of ['use_hflip', 'use_rot']) set(`datasets.train.${key}`, true, 'datasets.train');
  return { values: renamed, originals };
}
