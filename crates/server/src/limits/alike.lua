-- Texts of one person that are much the same: a hash of "id|high|low" -> time, the two halves of a text's bits. An edit adds
-- a text of its message, and takes none away.
-- KEYS[1] the person. ARGV: mode, id, high, low, bits that may differ, count, window ms, shift ms.
-- Mode "note": notes the text unless so many other messages like it were noted within the window; 1 if it was.
-- Mode "forget": the message was not sent after all.
local MOST = 64
local id = ARGV[2]
local noted = redis.call('HGETALL', KEYS[1])
if ARGV[1] == 'forget' then
  for i = 1, #noted, 2 do
    if string.match(noted[i], '^[^|]+') == id then redis.call('HDEL', KEYS[1], noted[i]) end
  end
  return 1
end
local high, low, tolerance = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local window = tonumber(ARGV[7])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[8])

local function ones(x)
  local count = 0
  for shift = 0, 31 do
    count = count + bit.band(bit.rshift(x, shift), 1)
  end
  return count
end

local like, alike, kept, oldest, oldest_at = {}, 0, 0, nil, nil
for i = 1, #noted, 2 do
  local at = tonumber(noted[i + 1])
  if at + window <= now then
    redis.call('HDEL', KEYS[1], noted[i])
  else
    kept = kept + 1
    if not oldest_at or at < oldest_at then oldest, oldest_at = noted[i], at end
    local other, h, l = string.match(noted[i], '^([^|]+)|(%d+)|(%d+)$')
    local differing = ones(bit.bxor(high, tonumber(h))) + ones(bit.bxor(low, tonumber(l)))
    if other ~= id and not like[other] and differing <= tolerance then
      like[other] = true
      alike = alike + 1
    end
  end
end
if alike >= tonumber(ARGV[6]) then return 0 end
if kept >= MOST then redis.call('HDEL', KEYS[1], oldest) end
redis.call('HSET', KEYS[1], id .. '|' .. ARGV[3] .. '|' .. ARGV[4], string.format('%d', now))
redis.call('PEXPIRE', KEYS[1], window)
return 1
