/** `import { createRelayClient } from 'softlab-relay'`: everything that a user of the library may rely on. */
export { parseRelayUrl, type RelayAddress } from './address.ts';
export {
  type NetworkProblem,
  RelayAddressError,
  RelayConnectionError,
  RelayHttpError,
  RelaySendError,
  RelayUnreachableError,
  type SendProblem,
} from './errors.ts';
export { createRelayHttp, type RelayHttp, type RelayHttpOptions } from './http.ts';
export type {
  DeviceDetail,
  DeviceSummary,
  KeySummary,
  LimitsJson,
  NewAdminKey,
  NewDeviceToken,
  NewMasterKey,
  NewUser,
  Presence,
  UserLimitsAnswer,
  UserSummary,
} from './http-types.ts';
export { createRelayClient } from './relay-client.ts';
export type {
  ClientCredentials,
  ConnectionState,
  Ending,
  EndingKind,
  ReceivedMessage,
  RelayClient,
  RelayClientEvents,
  RelayClientOptions,
} from './types.ts';
