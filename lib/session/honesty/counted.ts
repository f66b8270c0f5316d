/** How many axes a projection has, in words. */
export const COUNTED = ['no axis', 'best axis', 'two best axes', 'three best axes'] as const;
