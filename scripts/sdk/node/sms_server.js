"use strict";
// A server with the configuration of these tests, as a child process, and clients of it.

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { createInterface } = require("node:readline");
const twilio = require("twilio");

const CONFIG = path.join(__dirname, "..", "server.toml");
const ROOT = path.join(__dirname, "..", "..", "..");
const toml = readFileSync(CONFIG, "utf8");

const ACCOUNT = toml.match(/^account_sid = "(AC\w+)"/m)[1];
const TOKEN = toml.match(/^auth_token = "(\w+)"/m)[1];
const [, KEY, SECRET] = toml.match(/^sid = "(SK\w+)"\nsecret = "(\w+)"/m);
const services = toml.matchAll(/^\[verify\.services\.(\w+)\]\nsid = "(VA\w+)"/gm);
const SERVICES = Object.fromEntries(Array.from(services, ([, name, sid]) => [name, sid]));

// The environment of this process without what would configure the server or the SDK.
for (const name of Object.keys(process.env)) {
  if (/^(SMS__|TWILIO_)/.test(name)) delete process.env[name];
}

class Server {
  /** Starts a server, and waits until it says where it listens. */
  static async start() {
    const server = new Server();
    const binary = process.env.SMS_SERVER ?? path.join(ROOT, "target/debug/sms-server");
    const stdio = ["ignore", "ignore", "pipe"];
    server.process = spawn(binary, ["--config", CONFIG], { stdio });
    server.lastNumber = 0;
    server.url = await listening(server.process.stderr);
    return server;
  }

  /** The messages to a number in E.164, the latest first. */
  async outbox(number) {
    const query = new URLSearchParams({ mobile: number });
    const answer = await fetch(`${this.url}/dev/outbox?${query}`);
    return answer.json();
  }

  /** The code in the latest message to a number. */
  async code(number) {
    return (await this.outbox(number))[0].code;
  }

  /** A mobile number that no other test of this server uses. */
  number() {
    this.lastNumber += 1;
    return `+861380000${String(this.lastNumber).padStart(4, "0")}`;
  }

  /** A client that is pointed at this server, and nothing else. */
  client(username = ACCOUNT, password = TOKEN) {
    const client = twilio(username, password, { accountSid: ACCOUNT });
    client.verify.baseUrl = this.url;
    return client;
  }

  /** A client that shows a key in the place of the account's token. */
  keyClient() {
    return this.client(KEY, SECRET);
  }

  /** Ends it and waits for that. */
  async stop() {
    const exit = once(this.process, "exit");
    this.process.kill();
    await exit;
  }
}

/** Where a server says that it listens. Its log goes on being read, so that it can go on writing. */
function listening(stderr) {
  const said = [];
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stderr });
    lines.on("line", (line) => {
      said.push(line);
      const found = line.match(/demo page at (http:\/\/\S+)\/$/);
      if (found) resolve(found[1]);
    });
    lines.on("close", () => reject(new Error(`the server did not start:\n${said.join("\n")}`)));
  });
}

/** Another code of that length. */
function wrong(code) {
  return code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);
}

module.exports = { ACCOUNT, SERVICES, Server, wrong };
