import type { Reporter, TestModule } from 'vitest/node';

/** Prints how many browser tests ran, so that a run without them is noticed. */
export default class BrowserCount implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let ran = 0;
    for (const module of modules.filter(({ project }) => project.name === 'e2e')) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        ran += state === 'passed' || state === 'failed' ? 1 : 0;
      }
    }
    console.log(`Browser tests: ${ran} ran in a real Chromium.`);
  }
}
