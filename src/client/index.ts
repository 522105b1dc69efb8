/** `import { createRelayClient } from 'softlab-relay'`: everything that a user of the library may rely on. */

export type { RelayCode } from '../protocol/codes.ts';
export type { ExtensionName, Extensions } from '../protocol/extensions.ts';
export type { UserLimits } from '../protocol/limits.ts';
export type { ErrorMessage, Outcome, PresenceState, ReceiptMessage } from '../protocol/messages.ts';
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
export { createRelayHttp, type RelayHttp, type RelayHttpOptions, type SendMessageOptions } from './http.ts';
export type {
  CancelledMessage,
  DeviceDetail,
  DeviceSummary,
  KeySummary,
  LimitsJson,
  MessageAnswer,
  NewAdminKey,
  NewDeviceToken,
  NewMasterKey,
  NewUser,
  OutcomeSummary,
  Presence,
  PurgedQueue,
  QueueDetail,
  QueuedMessage,
  QueueSummary,
  UserLimitsAnswer,
  UserSummary,
} from './http-types.ts';
export { createRelayClient } from './relay-client.ts';
export type {
  Acceptance,
  ClientCredentials,
  ConnectionState,
  Delivery,
  DeliveryError,
  Ending,
  EndingKind,
  FinalState,
  ReceivedMessage,
  RelayClient,
  RelayClientEvents,
  RelayClientOptions,
  SendOptions,
  Session,
  TappedMessage,
  UnknownFate,
} from './types.ts';
