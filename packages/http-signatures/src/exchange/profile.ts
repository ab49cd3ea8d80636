/** What two peers agree on: how their requests and responses are signed. Plain data, the same on both sides. */
export interface ExchangeProfile {
  /** The label of both signatures: a key of a dictionary (RFC 9651 §3.1.2), `argus` for instance. */
  readonly label: string;
  /** RFC 9421 §7.2.7: what a signature is for, so that one for something else is worth nothing here. */
  readonly requestTag: string;
  readonly responseTag: string;
  /** How long a signature is good for, 1 to 60; default 60. */
  readonly maxAgeSeconds?: number;
  /** How far the two clocks may be apart, 0 to 60; default 10. */
  readonly clockSkewSeconds?: number;
  /** A longer body is refused before it is hashed. Reading no more than that is the caller's; default: no limit. */
  readonly maxBodyBytes?: number;
}
