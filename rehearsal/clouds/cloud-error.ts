/** What a cloud's own service answers when it refuses: the code that programs read, the sentence that people read. */
export class CloudError extends Error {
  override name = "CloudError";
  /** Such as `InvalidVpcID.NotFound` or `ResourceGroupNotFound`. */
  readonly code: string;
  /** The status of the HTTP answer. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
