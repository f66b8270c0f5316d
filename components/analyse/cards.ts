/** Every card of the Analyse tab, in the order they stand. To add one, add a line. */
import { hasSeeds } from '#lib/slice/groups.ts';
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { CompareCard } from '#components/compare/CompareCard.tsx';
import { FamilyCard } from '#components/compare/FamilyCard.tsx';
import type { AnalyseCard } from './card.ts';
import { AutoEncoderCard } from './AutoEncoderCard.tsx';
import { BendCard } from './BendCard.tsx';
import { CentresCard } from './CentresCard.tsx';
import { BoxSharpnessCard } from './BoxSharpnessCard.tsx';
import { CheckpointsCard } from './CheckpointsCard.tsx';
import { CrossSectionCard } from './CrossSectionCard.tsx';
import { CurveCard } from './CurveCard.tsx';
import { ConvexityCard } from './ConvexityCard.tsx';
import { CurveClassCard } from './CurveClassCard.tsx';
import { DensityCard } from './DensityCard.tsx';
import { MineCard } from './MineCard.tsx';
import { NormsCard } from './NormsCard.tsx';
import { FilterCurvatureCard } from './FilterCurvatureCard.tsx';
import { SeedsCard } from './SeedsCard.tsx';
import { SpectrumCard } from './SpectrumCard.tsx';
import { TraceCard } from './TraceCard.tsx';
import { UmapCard } from './UmapCard.tsx';
import { HistogramCard } from './HistogramCard.tsx';
import { RankCard } from './RankCard.tsx';
import { RescaleCard } from './RescaleCard.tsx';
import { ScatterCard } from './ScatterCard.tsx';
import { TrustCard } from './TrustCard.tsx';
import { ValleysCard } from './ValleysCard.tsx';
import { LineFitCard, isLineFit } from './LineFitCard.tsx';
import { LowPointsCard } from './LowPointsCard.tsx';
import { SlopeCard } from './SlopeCard.tsx';

const isLine = (recipe: SliceRecipe): boolean => rangesOf(recipe).length === 1 && !recipe.measure;
const isPlane = (recipe: SliceRecipe): boolean => rangesOf(recipe).length === 2 && !recipe.measure;
const hasLosses = (recipe: SliceRecipe): boolean => !recipe.measure;
const isFlat = (recipe: SliceRecipe): boolean => rangesOf(recipe).length < 3 && !recipe.measure;
const always = (): boolean => true;

export const CARDS: readonly AnalyseCard[] = [
  { id: 'trust', title: 'Can you trust this?', needs: 'slice', isFor: hasLosses, Card: TrustCard },
  { id: 'curve-class', title: 'Shape and convexity of this curve', needs: 'slice', isFor: isLine, Card: CurveClassCard },
  { id: 'mine', title: 'A direction of another shape', needs: 'slice', isFor: (recipe) => isLine(recipe) && !recipe.origin && !recipe.curve, Card: MineCard },
  { id: 'slope', title: 'Slope at the centre', needs: 'slice', isFor: isLine, Card: SlopeCard },
  { id: 'lows', title: 'Low points', needs: 'slice', isFor: hasLosses, Card: LowPointsCard },
  { id: 'line-fit', title: 'The exact lowest point', needs: 'slice', isFor: (recipe, manifest) => hasLosses(recipe) && isLineFit({ ...manifest, loss: recipe.loss }), Card: LineFitCard },
  { id: 'rescale', title: 'Sharp or flat: the same network rescaled', needs: 'slice', isFor: isFlat, Card: RescaleCard },
  { id: 'bend', title: 'Bowl, saddle or dome', needs: 'slice', isFor: isPlane, Card: BendCard },
  { id: 'section', title: 'Cross-section', needs: 'slice', isFor: isPlane, Card: CrossSectionCard },
  { id: 'valleys', title: 'Valleys and their persistence', needs: 'slice', isFor: isFlat, Card: ValleysCard },
  { id: 'rank', title: 'The surface in few products', needs: 'slice', isFor: isPlane, Card: RankCard },
  { id: 'scatter', title: 'Curvature and test error', needs: 'nothing', Card: ScatterCard },
  { id: 'families', title: 'Depth, width and shortcuts', needs: 'nothing', Card: FamilyCard },
  { id: 'compare', title: 'Compare with other slices', needs: 'slice', isFor: isFlat, Card: CompareCard },
  { id: 'weights', title: 'Weights of two networks', needs: 'slice', isFor: always, Card: HistogramCard },
  { id: 'centres', title: 'The same slice around another checkpoint', needs: 'slice', isFor: (recipe, { checkpoints }) => isFlat(recipe) && !recipe.cut && !recipe.curve && !recipe.origin && checkpoints.length > 1 && recipe.axes.every(({ direction }) => direction.kind === 'random'), Card: CentresCard },
  { id: 'norms', title: 'Directions, layer by layer', needs: 'slice', isFor: always, Card: NormsCard },
  { id: 'seeds', title: 'The same slice, other seeds', needs: 'slice', isFor: (recipe) => isFlat(recipe) && hasSeeds(recipe), Card: SeedsCard },
  { id: 'checkpoints', title: 'Checkpoints and this slice', needs: 'slice', isFor: always, Card: CheckpointsCard },
  { id: 'curve', title: 'Curve between two networks', needs: 'slice', isFor: (_recipe, { checkpoints }) => checkpoints.length > 1, Card: CurveCard },
  { id: 'spectrum', title: 'Extreme eigenvalues', needs: 'slice', isFor: always, Card: SpectrumCard },
  { id: 'trace', title: 'Trace of the Hessian', needs: 'slice', isFor: always, Card: TraceCard },
  { id: 'box-sharpness', title: 'ε-sharpness', needs: 'slice', isFor: always, Card: BoxSharpnessCard },
  { id: 'filter-curvature', title: 'Filter-normalised curvature', needs: 'slice', isFor: always, Card: FilterCurvatureCard },
  { id: 'density', title: 'Spectral density', needs: 'slice', isFor: always, Card: DensityCard },
  { id: 'convexity', title: 'Convexity map', needs: 'slice', isFor: isFlat, Card: ConvexityCard },
  { id: 'encoder', title: 'Auto-encoder of checkpoints', needs: 'slice', isFor: (_recipe, { checkpoints }) => checkpoints.length > 2, Card: AutoEncoderCard },
  { id: 'umap', title: 'UMAP of checkpoints', needs: 'slice', isFor: (_recipe, { checkpoints }) => checkpoints.length > 4, Card: UmapCard },
];
