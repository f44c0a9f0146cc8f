// Calls to the server that served this page: JSON in and out, problems (RFC 9457) as ApiError.

const TURN_TIMEOUT_MS = 45_000; // the server ends a turn after 20 s; the rest is for a slow network
const READ_TIMEOUT_MS = 15_000;
const SILENCE_MS = 15_000; // the server says something at least every 5 s

/**
 * A request that got no good answer. `kind` is "problem" (the server answered with an error), "network"
 * (no answer) or "timeout"; `title` and `detail` are the server's own words or empty, `retryAfter` is in seconds.
 */
export class ApiError extends Error {
  constructor(kind, { status = 0, title = "", detail = "", requestId = "", retryAfter = null } = {}) {
    super(title || kind);
    Object.assign(this, { kind, status, title, detail, requestId, retryAfter });
  }

  /** Whether sending the same request again can succeed. */
  get retryable() {
    return this.kind !== "problem" || this.status >= 500 || [401, 408, 425, 429].includes(this.status) || this.busy;
  }

  /** Another message of the conversation (or this same one) is still being answered. */
  get busy() {
    return this.status === 409 && this.retryAfter !== null;
  }
}

/** A random UUID (v4). `crypto.randomUUID` is missing where a page is served over plain HTTP from another host. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The API as functions. `key()` gives the API key or "", `language()` the language that problems come in. */
export function createApi({ key = () => "", language = () => "es" } = {}) {
  const get = (path, options = {}) => request("GET", path, options);

  async function request(method, path, { body, headers = {}, timeout = READ_TIMEOUT_MS, signal } = {}) {
    const expiry = AbortSignal.timeout(timeout);
    let response;
    try {
      response = await fetch(path, {
        method,
        cache: "no-store",
        signal: signal ? AbortSignal.any([signal, expiry]) : expiry,
        headers: {
          ...identity("application/json"),
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (response.ok) return response.status === 204 ? null : await response.json();
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(expiry.aborted ? "timeout" : "network");
    }
    throw await problem(response);
  }

  function identity(accept) {
    const bearer = key();
    return { Accept: accept, "Accept-Language": language(), ...(bearer && { Authorization: `Bearer ${bearer}` }) };
  }

  /** GET as server-sent events: yields the data of each, until the server ends the stream or falls silent. */
  async function* events(path, { signal }) {
    const silence = new AbortController();
    let alarm = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const ending = AbortSignal.any([signal, silence.signal]);
      const response = await fetch(path, { cache: "no-store", signal: ending, headers: identity("text/event-stream") });
      if (!response.ok) throw await problem(response);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(alarm);
        alarm = setTimeout(() => silence.abort(), SILENCE_MS);
        const whole = (rest + value).split("\n\n");
        rest = whole.pop();
        for (const event of whole) {
          const data = event.split("\n").find((line) => line.startsWith("data: "));
          if (data) yield JSON.parse(data.slice(6));
        }
      }
    } catch (error) {
      if (signal.aborted || error instanceof ApiError) throw error;
      throw new ApiError(silence.signal.aborted ? "timeout" : "network");
    } finally {
      clearTimeout(alarm);
      silence.abort(); // a stream that nobody reads any more is closed, not left open
    }
  }

  return {
    request,
    /** GET /metrics/overview, live: one overview a second. */
    overviews: (options) => events("/metrics/overview", options),
    /** POST /chat. The same `idempotencyKey` with the same body never runs a turn twice. */
    chat: (body, idempotencyKey) =>
      request("POST", "/chat", { body, timeout: TURN_TIMEOUT_MS, headers: { "Idempotency-Key": idempotencyKey } }),
    conversation: (id, options) => get(`/conversations/${encodeURIComponent(id)}`, options),
    conversations: (options) => get("/conversations?limit=50", options),
    health: (options) => get("/metrics/health", options),
    plugins: (options) => get("/plugins", options),
    canary: (options) => get("/metrics/canary/status", options),
    canaryAudit: (options) => get("/metrics/canary/audit?limit=20", options),
    /** POST /metrics/canary/config: `revision` is the one that the change is made for; a newer one refuses it. */
    setCanary: (values, revision, options) =>
      request("POST", "/metrics/canary/config", { ...options, body: values, headers: { "If-Match": `"${revision}"` } }),
    killCanary: (reason, options) => request("POST", "/metrics/canary/kill", { ...options, body: { reason } }),
    resumeCanary: (options) => request("POST", "/metrics/canary/resume", { ...options, body: {} }),
    breakers: (options) => get("/admin/breakers", options),
    /** POST /admin/breakers/…: `state` is "open", "half_open" or "closed". */
    forceBreaker: (workspace, tool, state, options) =>
      request("POST", `/admin/breakers/${encodeURIComponent(workspace)}/${encodeURIComponent(tool)}`, {
        ...options,
        body: { state },
      }),
    approvals: (options) => get("/admin/approvals?limit=50", options),
    /** POST /admin/approvals/…: `decision` is "approve" (the call runs before this returns) or "deny". */
    decideApproval: (id, decision, reason, options) =>
      request("POST", `/admin/approvals/${encodeURIComponent(id)}`, {
        ...options,
        body: { decision, reason },
        timeout: TURN_TIMEOUT_MS,
      }),
  };
}

async function problem(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const found = {
    status: response.status,
    retryAfter: Number.isNaN(seconds) ? null : seconds,
    requestId: response.headers.get("X-Request-ID") ?? "",
  };
  try {
    const { title, detail, request_id: requestId } = await response.json();
    if (title) found.title = String(title);
    if (detail) found.detail = String(detail);
    if (requestId) found.requestId = String(requestId);
  } catch {
    // A proxy in between answers with HTML: the status alone is then all there is to say.
  }
  return new ApiError("problem", found);
}
