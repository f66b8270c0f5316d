/** Why a worker of this page ended, in words. It knows no worker. */

/** @param what it is for, such as `the compute worker`. A script that does not load says nothing at all: not even an empty message. */
export const workerFailure = ({ message }: Pick<ErrorEvent, 'message'>, what: string): string => message || `${what} did not load`;
