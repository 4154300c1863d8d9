import {openOpenSearchIndex} from '../../../src/store/opensearch/open-opensearch-index.ts';
import {describeWith, opensearchUrl} from '../../support/servers/require.ts';
import {testIndexStore} from './index-store-suite.ts';

describeWith('opensearch', 'OpenSearch', () => {
  testIndexStore('OpenSearch', async (index) => {
    const url = opensearchUrl();
    const store = await openOpenSearchIndex({url, index});
    return {
      store,
      async dispose() {
        await store[Symbol.asyncDispose]();
        await dropIndex(url, index);
      },
    };
  });
});

async function dropIndex(url: string, index: string): Promise<void> {
  const names = ['files', 'commits', 'refs'].map((kind) => `${index}-${kind}`);
  const response = await fetch(`${url}/${names.join(',')}?ignore_unavailable=true`, {method: 'DELETE'});
  await response.body?.cancel();
}
