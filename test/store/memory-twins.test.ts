import { MemoryAccountCache } from '../../shared/store/memory-account-cache.ts';
import { MemoryBrake } from '../../shared/store/memory-brake.ts';
import { MemoryConsentStore } from '../../shared/store/memory-consent-store.ts';
import { accountCacheContract } from '../contracts/account-cache.contract.ts';
import { brakeContract } from '../contracts/brake.contract.ts';
import { consentStoreContract } from '../contracts/consent-store.contract.ts';

const close = async () => {};

consentStoreContract('MemoryConsentStore', async () => ({
  store: new MemoryConsentStore(),
  close,
}));

accountCacheContract('MemoryAccountCache', async () => ({
  cache: new MemoryAccountCache(),
  close,
}));

brakeContract('MemoryBrake', async () => {
  const brake = new MemoryBrake();
  return { brake, close, decide: async (bankId, decision) => brake.decide(bankId, decision) };
});
