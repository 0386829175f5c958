import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Stored {
  readonly payload: AdapterPayload;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** In seconds, for objects without an expiry of their own. */
const FOR_A_DAY = 86_400;

/** Stores the data of oidc-provider in memory, so that a restart of the development provider loses it. */
export function memoryAdapter(): (model: string) => Adapter {
  const stored = new Map<string, Stored>();
  const payloadAt = (key: string) => {
    const found = stored.get(key);
    if (found !== undefined && found.expiresAt <= Date.now()) stored.delete(key);
    return stored.get(key)?.payload;
  };
  const payloadWith = (model: string, name: 'uid' | 'userCode', value: string) => {
    const keys = [...stored.keys()].filter((key) => key.startsWith(`${model}:`));
    return keys.map(payloadAt).find((payload) => payload?.[name] === value);
  };
  return (model) => ({
    upsert: async (id, payload, expiresIn = FOR_A_DAY) => {
      stored.set(`${model}:${id}`, { payload, expiresAt: Date.now() + expiresIn * 1000 });
    },
    find: async (id) => payloadAt(`${model}:${id}`),
    findByUid: async (uid) => payloadWith(model, 'uid', uid),
    findByUserCode: async (userCode) => payloadWith(model, 'userCode', userCode),
    consume: async (id) => {
      const found = payloadAt(`${model}:${id}`);
      if (found !== undefined) found.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => {
      stored.delete(`${model}:${id}`);
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, { payload }] of stored) if (payload.grantId === grantId) stored.delete(key);
    },
  });
}
