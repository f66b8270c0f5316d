/** The metrics: what the number of correct answers says of a classifier, beside its loss. It counts nothing itself. */
export const METRIC_NAMES = ['accuracy', 'error'] as const;

export type MetricName = (typeof METRIC_NAMES)[number];

/** How a metric is called on the screen. */
export const METRIC_TITLES: Readonly<Record<MetricName, string>> = { accuracy: 'accuracy', error: 'classification error' };

/** A share from 0 to 1; NaN for no samples. */
export const metricOf = (metric: MetricName, correct: number, samples: number): number => (metric === 'accuracy' ? correct : samples - correct) / samples;
