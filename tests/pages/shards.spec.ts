/** A dataset that is measured shard by shard, in two windows: one computes, both see the samples come in and the standard error fall. */
import { expect, test, type Page } from '@playwright/test';
