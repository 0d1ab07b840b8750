"use strict";
// Services, attempts and their figures, and what callers set themselves.

const assert = require("node:assert/strict");
const { after, before, describe, it } = require("node:test");
const { notFound, refused } = require("./refused.js");
const { SERVICES, Server } = require("./sms_server.js");

describe("resources", () => {
  let server, client, verify, shop;

  before(async () => {
    server = await Server.start();
    client = server.client();
    verify = client.verify.v2;
    shop = verify.services(SERVICES.shop);
  });
  after(() => server.stop());

  it("lists services page by page", async () => {
    const listed = await verify.services.list({ pageSize: 2 });
    const sids = listed.map((service) => service.sid);
    assert.deepEqual(sids.sort(), Object.values(SERVICES).sort());
    const fetched = await shop.fetch();
    assert.deepEqual([fetched.friendlyName, fetched.codeLength], ["Shop", 6]);
  });

  it("lists attempts page by page, the latest first", async () => {
    const to = server.number();
    let begun;
    for (let sent = 0; sent < 5; sent += 1) {
      begun = await shop.verifications.create({ to, channel: "sms" });
    }
    await shop.verificationChecks.create({ to, code: await server.code(to) });
    const filter = { verificationSid: begun.sid, pageSize: 2 };
    const sids = [];
    await verify.verificationAttempts.each(filter, (attempt) => sids.push(attempt.sid));
    const sent = begun.sendCodeAttempts.map((attempt) => attempt.attempt_sid);
    assert.deepEqual(sids, sent.reverse());

    const converted = { "channelData.to": to, status: "converted" };
    const [attempt, ...others] = await verify.verificationAttempts.list(converted);
    assert.deepEqual([attempt.sid, others.length], [sent[0], 0]);
    const fetched = await verify.verificationAttempts(attempt.sid).fetch();
    assert.equal(fetched.channelData.message_status, "sent");
    const later = new Date(Date.now() + 3_600_000);
    const none = await verify.verificationAttempts.list({ dateCreatedAfter: later });
    assert.deepEqual(none, []);

    const summary = await verify.verificationAttemptsSummary().fetch({ destinationPrefix: to });
    const { totalAttempts, totalConverted, totalUnconverted } = summary;
    assert.deepEqual([totalAttempts, totalConverted, totalUnconverted], [5, 1, 4]);
    assert.equal(summary.conversionRatePercentage, "20");
  });

  it("keeps a safe list", async () => {
    const phoneNumber = server.number();
    const entry = await verify.safelist.create({ phoneNumber });
    assert.equal((await verify.safelist(phoneNumber).fetch()).sid, entry.sid);
    const again = verify.safelist.create({ phoneNumber });
    await refused(client, again, 400, 60411, "Phone Number already exists");
    assert.equal(await verify.safelist(phoneNumber).remove(), true);
    await assert.rejects(verify.safelist(phoneNumber).fetch(), { code: 20404 });
  });

  it("keeps rate limits and buckets", async () => {
    const limit = await shop.rateLimits.create({ uniqueName: "end_user_ip", description: "a" });
    const changed = await shop.rateLimits(limit.sid).update({ description: "b" });
    assert.equal(changed.description, "b");
    const { buckets } = shop.rateLimits(limit.sid);
    const bucket = await buckets.create({ max: 4, interval: 60 });
    const raised = await buckets(bucket.sid).update({ max: 5 });
    assert.deepEqual([raised.max, raised.interval], [5, 60]);
    assert.equal((await buckets(bucket.sid).fetch()).max, 5);
    assert.deepEqual((await buckets.list()).map((one) => one.sid), [bucket.sid]);
    assert.equal(await buckets(bucket.sid).remove(), true);
    assert.deepEqual((await shop.rateLimits.list()).map((one) => one.sid), [limit.sid]);
    assert.equal(await shop.rateLimits(limit.sid).remove(), true);
    const path = `/Services/${SERVICES.shop}/RateLimits/${limit.sid}`;
    await notFound(client, shop.rateLimits(limit.sid).fetch(), path);
  });
});
