import { useI18n } from 'vue-i18n'
import type { Notice, NoticeCode } from '../../shared/notices.ts'
import { i18n } from '../locales/i18n.ts'

type Words = Record<NoticeCode, string>

const en: Words = {
  'pbx.no_call_events':
    'Calls are not heard: the AMI user {user} lacks the class call in its line read of manager.conf. No call will be seen.',
  'pbx.classes_missing': 'The AMI user {user} lacks {classes} in its line read of manager.conf.',
  'pbx.no_getvar':
    'The AMI user may not use Getvar (class call in write): callers’ numbers come late or not at all.',
  'pbx.system_user_refused':
    'Asterisk refuses the AMI user {user}, by whom browser phones get their secrets and desk phones are told to answer and hold. Check its section in manager.conf, and AMI_SYSTEM_SECRET.',
  'pbx.list_refused': 'Asterisk does not give {list}, and what it tells is not shown.',
  'pbx.no_queues': 'Asterisk has no queues, or does not let them be read.',
  'pbx.not_booted': 'Asterisk did not say that it has started: the AMI user lacks the class system in read.',
  'pbx.no_timestamps':
    'Asterisk does not say when events happened, so that each delay bends a figure: set timestampevents = yes in manager.conf.',
  'pbx.clock_off':
    'Asterisk’s clock differs from ours by {difference}. Times are corrected here; its own records are not.',
  'pbx.clock_jumped': 'Asterisk’s clock jumped while calls were watched. How long they took is by our clock.',
  'pbx.untried': 'Asterisk {version} is untried; {tested} is what was tested.',
  'pbx.second_ringcard':
    'Another Ringcard listens here too: {nodes}. Each call is kept and shown by both. Let one of them go.',
  'pbx.unannounced':
    'Asterisk tells of channels that it never announced; they are taken in as they are heard of. Is an event filter too wide?',
  'pbx.name_cut': 'A caller’s name was longer than {longest} characters, and was cut.',
  'pbx.record_absent':
    'Asterisk’s record {file} is not there, so that calls which nobody hears stay unknown. Is it written, and seen from here?',
  'pbx.record_unreadable':
    'Asterisk’s record {file} cannot be read ({reason}), so that calls which nobody hears stay unknown. Let the server’s user read it.',
  'pbx.record_columns':
    'The rows of {file} are not what CEL_COLUMNS says, so that calls which nobody hears stay unknown. Put fields = {fields} under its section in cel_custom.conf.',
  'pbx.record_table_columns':
    'The table {file} lacks {columns}, or has them of a type that cannot be read: of calls which nobody hears less is known, or nothing. Add them: Asterisk fills each column that is there.',
  'pbx.record_database_away':
    'The database of Asterisk’s record does not answer ({reason}), so that calls which nobody hears stay unknown. Is it up, and RECORD_DATABASE_URI right?',
  'pbx.record_database_refused':
    'The database of Asterisk’s record does not let the server in ({reason}), so that calls which nobody hears stay unknown. Look at user, password and name in RECORD_DATABASE_URI, and at pg_hba.conf.',
  'pbx.no_queue_log':
    'Neither QUEUE_LOG_FILE nor QUEUE_LOG_TABLE is set: calls that nobody hears are told without their queues.',
  'pbx.missed':
    'Something was missed while Asterisk was heard, and put right: {kinds}. What was heard before is in TRACE_FOLDER.',
}
const ru: Words = {
  'pbx.no_call_events':
    'Звонки не слышны: у пользователя AMI {user} в строке read файла manager.conf нет класса call. Ни один звонок не будет виден.',
  'pbx.classes_missing': 'У пользователя AMI {user} в строке read файла manager.conf нет {classes}.',
  'pbx.no_getvar':
    'Пользователю AMI нельзя Getvar (класс call в write): номера звонящих приходят поздно или никогда.',
  'pbx.system_user_refused':
    'Asterisk не принимает пользователя AMI {user}, через которого браузерные телефоны получают пароли, а настольным велят ответить или удержать. Проверьте его раздел в manager.conf и AMI_SYSTEM_SECRET.',
  'pbx.list_refused': 'Asterisk не даёт {list}, и этих сведений нет.',
  'pbx.no_queues': 'У Asterisk нет очередей, или их не дают прочесть.',
  'pbx.not_booted': 'Asterisk не сказал, что запустился: у пользователя AMI нет класса system в read.',
  'pbx.no_timestamps':
    'Asterisk не говорит, когда случились события, и любая задержка искажает цифры: поставьте timestampevents = yes в manager.conf.',
  'pbx.clock_off':
    'Часы Asterisk расходятся с нашими на {difference}. Здесь время исправлено, в его собственных записях — нет.',
  'pbx.clock_jumped': 'Часы Asterisk прыгнули во время звонков. Длительность считана по нашим часам.',
  'pbx.untried': 'Asterisk {version} не проверен; проверен {tested}.',
  'pbx.second_ringcard':
    'Эту станцию слушает ещё один Ringcard: {nodes}. Каждый звонок хранят и показывают оба. Оставьте один.',
  'pbx.unannounced':
    'Asterisk говорит о каналах, о которых не сообщал; их берут в работу, как только о них слышно. Не слишком ли широк фильтр событий?',
  'pbx.name_cut': 'Имя звонящего длиннее {longest} знаков и обрезано.',
  'pbx.record_absent':
    'Журнала Asterisk {file} нет: звонки, которых никто не слышал, останутся неизвестны. Он пишется и виден отсюда?',
  'pbx.record_unreadable':
    'Журнал Asterisk {file} не читается ({reason}): звонки, которых никто не слышал, останутся неизвестны. Дайте серверу право его читать.',
  'pbx.record_columns':
    'Строки {file} не такие, как сказано в CEL_COLUMNS: звонки, которых никто не слышал, останутся неизвестны. Поставьте fields = {fields} в его раздел cel_custom.conf.',
  'pbx.record_table_columns':
    'В таблице {file} нет столбцов {columns}, или их тип не прочесть: о звонках, которых никто не слышал, будет известно меньше или ничего. Добавьте их: Asterisk заполняет каждый столбец, который есть.',
  'pbx.record_database_away':
    'База с журналом Asterisk не отвечает ({reason}): звонки, которых никто не слышал, останутся неизвестны. Она работает, и верен ли RECORD_DATABASE_URI?',
  'pbx.record_database_refused':
    'База с журналом Asterisk не впускает сервер ({reason}): звонки, которых никто не слышал, останутся неизвестны. Проверьте имя, пароль и базу в RECORD_DATABASE_URI и pg_hba.conf.',
  'pbx.no_queue_log':
    'Не заданы ни QUEUE_LOG_FILE, ни QUEUE_LOG_TABLE: звонки, которых никто не слышал, восстановятся без очередей.',
  'pbx.missed':
    'При живой связи что-то пропущено и исправлено: {kinds}. Услышанное до того лежит в TRACE_FOLDER.',
}
const keyed = (words: Words) =>
  Object.fromEntries(Object.entries(words).map(([code, text]) => [code.replace('.', '_'), text]))

// Loaded with the floor: nobody else's first load pays for these texts.
i18n.global.mergeLocaleMessage('en', { notices: keyed(en) })
i18n.global.mergeLocaleMessage('ru', { notices: keyed(ru) })

/** What the health page says of a connection, in the reader's language. */
export function useNoticeWords(): (notice: Notice) => string {
  const { t } = useI18n({ useScope: 'global' })
  return ({ code, values }) => t(`notices.${code.replace('.', '_')}`, values)
}
