/** What a page and its embedding worker say to each other: a cloud of points, and pictures of it as they come. */

export const CLOUDS = ['scroll', 'helix', 'digits'] as const;
export type CloudName = (typeof CLOUDS)[number];

export const EMBEDDINGS = ['pca', 'umap', 'encoder'] as const;
export type EmbeddingName = (typeof EMBEDDINGS)[number];

export type EmbedRequest = {
  readonly cloud: CloudName;
  readonly points: number;
  readonly seed: number;
  /** Neighbours that trustworthiness and continuity ask for. */
  readonly k: number;
  readonly umap: { readonly neighbours: number; readonly minDistance: number };
  readonly encoder: { readonly epochs: number };
  /** The file of digits, where the cloud is made of them. */
  readonly digits: string | null;
};

export type ToEmbedder = { readonly kind: 'start'; readonly request: EmbedRequest } | { readonly kind: 'k'; readonly k: number };

export type Pair = readonly [number, number];

export type Quality = { readonly k: number; readonly trustworthiness: number; readonly continuity: number };

export type FromEmbedder =
  /** In three dimensions (the leading components of a cloud with more), and what each point is coloured by: a share from 0 to 1, or a digit. */
  | { readonly kind: 'cloud'; readonly space: readonly (readonly number[])[]; readonly colours: readonly number[]; readonly dimensions: number }
  | { readonly kind: 'picture'; readonly of: EmbeddingName; readonly points: readonly Pair[]; readonly done: number; readonly total: number; /** Relative error by now, where there is a way back. */ readonly lost: number | null }
  | { readonly kind: 'quality'; readonly of: EmbeddingName; readonly quality: Quality }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };
