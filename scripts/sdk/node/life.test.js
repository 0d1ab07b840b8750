"use strict";
// The life of a verification, as the SDK sees it. In this SDK what was created can't be asked to fetch
// itself, so each is named by its sid.

const assert = require("node:assert/strict");
const { after, before, describe, it } = require("node:test");
const { notFound } = require("./refused.js");
const { ACCOUNT, SERVICES, Server, wrong } = require("./sms_server.js");

describe("the life of a verification", () => {
  let server, client, shop;
  const checkPath = `/Services/${SERVICES.shop}/VerificationCheck`;
  const begin = (to) => shop.verifications.create({ to, channel: "sms" });
  const check = (to, code) => shop.verificationChecks.create({ to, code });

  before(async () => {
    server = await Server.start();
    client = server.client();
    shop = client.verify.v2.services(SERVICES.shop);
  });
  after(() => server.stop());

  it("is pending until its code is given", async () => {
    const to = server.number();
    const begun = await begin(to);
    assert.match(begun.sid, /^VE[0-9a-f]{32}$/);
    assert.equal(begun.serviceSid, SERVICES.shop);
    assert.equal(begun.accountSid, ACCOUNT);
    assert.equal(begun.to, to);
    assert.equal(begun.status, "pending");
    assert.equal(begun.valid, false);
    assert.ok(Date.now() - begun.dateCreated.getTime() < 60_000);

    const checked = await check(to, await server.code(to));
    assert.equal(checked.sid, begun.sid);
    assert.equal(checked.status, "approved");
    assert.equal(checked.valid, true);
    assert.deepEqual(checked.snaAttemptsErrorCodes, []);
  });

  it("keeps its name and its code when that is sent again", async () => {
    const to = server.number();
    const first = await begin(to);
    const again = await begin(to);
    assert.equal(again.sid, first.sid);
    assert.equal(again.sendCodeAttempts.length, 2);
    assert.deepEqual(again.sendCodeAttempts[0], first.sendCodeAttempts[0]);
    const [newest, oldest] = await server.outbox(to);
    assert.equal(newest.code, oldest.code);
  });

  it("is found by its name while it lives", async () => {
    const to = server.number();
    const begun = await begin(to);
    assert.equal((await shop.verifications(begun.sid).fetch()).status, "pending");
    assert.equal((await shop.verifications(to).fetch()).sid, begun.sid);
    await check(to, await server.code(to));
    const path = `/Services/${SERVICES.shop}/Verifications/${begun.sid}`;
    await notFound(client, shop.verifications(begun.sid).fetch(), path);
  });

  it("takes a wrong code as no error, and the right one after it", async () => {
    const to = server.number();
    const { sid } = await begin(to);
    const code = await server.code(to);
    const checked = await check(to, wrong(code));
    assert.deepEqual([checked.status, checked.valid], ["pending", false]);
    const right = await shop.verificationChecks.create({ verificationSid: sid, code });
    assert.equal(right.status, "approved");
    await notFound(client, check(to, code), checkPath);
  });

  it("can be read but not checked once it is canceled", async () => {
    const to = server.number();
    const { sid } = await begin(to);
    const canceled = await shop.verifications(sid).update({ status: "canceled" });
    assert.equal(canceled.status, "canceled");
    assert.equal((await shop.verifications(sid).fetch()).status, "canceled");
    await notFound(client, check(to, await server.code(to)), checkPath);
    assert.notEqual((await begin(to)).sid, sid);
  });

  it("is approved by a caller who checks codes alone", async () => {
    const to = server.number();
    const custom = client.verify.v2.services(SERVICES.custom);
    const request = { to, channel: "sms", customCode: "271828" };
    const { sid } = await custom.verifications.create(request);
    assert.equal(await server.code(to), "271828");
    const approved = await custom.verifications(sid).update({ status: "approved" });
    assert.deepEqual([approved.status, approved.valid], ["approved", true]);
  });

  it("is sent and checked by a key too", async () => {
    const to = server.number();
    const byKey = server.keyClient().verify.v2.services(SERVICES.shop);
    await byKey.verifications.create({ to, channel: "sms" });
    const code = await server.code(to);
    assert.equal((await byKey.verificationChecks.create({ to, code })).status, "approved");
  });
});
