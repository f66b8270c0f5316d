/** The tools by their full names, so that each is written in one way. */
export const TOOLS = {
  lossLandscape: 'tomgoldstein/loss-landscape',
  lossLandscapes: 'marcellodebernardi/loss-landscapes',
  anim: 'logancyang/loss-landscape-anim',
  pascal: 'PascalSun/LossLandscape',
  landscaper: 'Vis4SciML/Landscaper',
  gabdullin: 'GabdullinN/loss-landscape-analysis',
  landscapeviz: 'artur-deluca/landscapeviz',
  vits: 'xxxnell/how-do-vits-work',
  notebook: 'notebook NN_Surface_Visualization',
  landscape3d: 'ArnavAgarwal-Mr-AR/loss_landscape_3d',
  effDim: 'hessian-eff-dim',
  tfjs: 'TensorFlow.js, gradients of gradients of its own operations',
} as const;

export const known = (...names: readonly (keyof typeof TOOLS)[]): string => names.map((name) => TOOLS[name]).join(' · ');
