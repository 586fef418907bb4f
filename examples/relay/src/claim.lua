-- Whether an action may be sent now: whoever sets its mark sends it, and nobody else ever does.
-- KEYS: the stream, the mark. ARGV: group, entry, token, milliseconds that it has, milliseconds after which it is
-- too old (0: never).
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1)
if #pending == 0 then return 'gone' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local mark = redis.call('GET', KEYS[2])
if mark then
  local entry, token, till = string.match(mark, '^(%S+) (%S+) (%d+)$')
  if entry ~= ARGV[2] then return 'repeated ' .. tostring(entry) end
  if token == ARGV[3] then return 'won' end
  if tonumber(till) > now then return 'busy' end
  return 'begun'
end
local age = now - tonumber(string.match(ARGV[2], '^%d+'))
if tonumber(ARGV[5]) > 0 and age > tonumber(ARGV[5]) then return 'expired' end
redis.call('SET', KEYS[2], string.format('%s %s %.0f', ARGV[2], ARGV[3], now + ARGV[4]))
return 'won'
