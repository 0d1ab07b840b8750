-- take_slot and put_image_code in one go, for a Redis that is not a cluster.
-- KEYS: log of the address, text of the picture. ARGV: time or '', text, its ttl, quotas.
-- {0} kept; {1, wait} too often.
local refused_for = take(KEYS[1], clock(ARGV[1]), 4)
if refused_for > 0 then
  return { 1, refused_for }
end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return { 0 }
