-- Run inside each node of a Cluster: pictures FIRST to LAST, as far as they belong to this node; it
-- refuses all others. ARGV: FIRST, LAST.
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  redis.pcall('SET', string.format('img_f47ac10b-58cc-4372-a567-%012d', n), 'abcd', 'PX', 300000)
end
return redis.status_reply('OK')
