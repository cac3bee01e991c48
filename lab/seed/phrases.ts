/**
 * What was said in calls and put down in notes, as the people of a trader write it in their own languages. A sentence is an
 * opening and an outcome; `{order}`, `{days}`, `{hour}`, `{amount}` and `{percent}` are filled in.
 */
export interface Phrases {
  asked: readonly string[]
  outcome: readonly string[]
  notes: readonly string[]
}

export const phrases: Readonly<Record<string, Phrases>> = {
  en: {
    asked: [
      'Asked where order {order} is',
      'Wanted the delivery of order {order} moved by {days} days',
      'Said two sacks of order {order} were torn',
      'Asked for a better price on larger quantities',
      'Wanted to know if the oven can be serviced before the holidays',
      'Reported that the driver came at {hour}:00 instead of {hour}:30',
    ],
    outcome: [
      'the depot confirmed it for tomorrow',
      'agreed on {percent} % off the next order',
      'a credit of {amount} € was promised',
      'sent the tracking link by e-mail',
      'passed on to the technician',
      'no charge this time, they were content',
    ],
    notes: [
      'Opens a second shop in {days} weeks and will need equipment.',
      'Always has the order number ready; keep it short.',
      'Compares prices with a local mill; quality matters more than {percent} %.',
      'New person in accounts, invoices to the second e-mail from now on.',
      'Closed for {days} days in summer, no deliveries then.',
    ],
  },
  de: {
    asked: [
      'Fragt nach dem Liefertermin von Auftrag {order}',
      'Möchte Auftrag {order} um {days} Tage verschieben',
      'Reklamiert beschädigte Säcke aus Auftrag {order}',
      'Bittet um Staffelpreise ab 40 Sack',
      'Knetmaschine macht Geräusche, braucht einen Techniker',
      'Rechnung zu Auftrag {order} fehlt noch',
    ],
    outcome: [
      'Lager bestätigt Zustellung für morgen um {hour} Uhr',
      '{percent} % Nachlass auf die nächste Lieferung vereinbart',
      'Gutschrift über {amount} € zugesagt',
      'Techniker meldet sich innerhalb von {days} Tagen',
      'Kopie per E-Mail geschickt',
      'war mit der Lösung zufrieden',
    ],
    notes: [
      'Eröffnet in {days} Wochen eine zweite Filiale und braucht dann einen Gärschrank.',
      'Bitte nur vormittags anrufen, nachmittags in der Backstube.',
      'Legt Wert auf regionale Mühlen; Preisunterschied von {percent} % ist in Ordnung.',
      'Neue Buchhaltung: Rechnungen künftig als PDF.',
      'Betriebsferien im August, {days} Tage keine Lieferung.',
    ],
  },
  uk: {
    asked: [
      'Питала, де замовлення {order}',
      'Просить перенести доставку {order} на {days} дні',
      'Два мішки із замовлення {order} надірвані',
      'Хоче знижку на більший обсяг',
      'Цікавиться сервісом тістоміса до свят',
    ],
    outcome: [
      'склад підтвердив на завтра, {hour}:00',
      'домовились про {percent} % на наступне замовлення',
      'обіцяно повернути {amount} €',
      'лист із накладною надіслано',
      'передано технікові, зателефонує за {days} дні',
    ],
    notes: [
      'Відкриває другу пекарню, за {days} тижні знадобиться піч.',
      'Дзвонити до десятої, потім біля печі.',
      'Якість борошна важливіша за ціну, але {percent} % помітить.',
      'Рахунки надсилати на пошту бухгалтера.',
    ],
  },
  ru: {
    asked: [
      'Спрашивает, когда придёт заказ {order}',
      'Просит перенести заказ {order} на {days} дня',
      'В заказе {order} порваны два мешка',
      'Интересуется скидкой на опт',
      'Не пришёл счёт по заказу {order}',
    ],
    outcome: [
      'склад подтвердил на завтра к {hour}:00',
      'договорились о {percent} % на следующий заказ',
      'обещали вернуть {amount} €',
      'отправили документы по почте',
      'передали технику, перезвонит в течение {days} дней',
    ],
    notes: [
      'Через {days} недели открывает вторую точку, понадобится печь.',
      'Звонить после двух, утром у печи.',
      'Сравнивает цены с местной мельницей, разница {percent} % для неё важна.',
      'Счета теперь на почту бухгалтера.',
    ],
  },
  pl: {
    asked: [
      'Pyta o termin dostawy zamówienia {order}',
      'Prosi o przesunięcie zamówienia {order} o {days} dni',
      'Zgłasza uszkodzone worki z zamówienia {order}',
      'Chce rabatu przy większej ilości',
      'Brakuje faktury do zamówienia {order}',
    ],
    outcome: [
      'magazyn potwierdził na jutro, godz. {hour}',
      'uzgodniono {percent} % na kolejne zamówienie',
      'obiecano zwrot {amount} €',
      'wysłano kopię e-mailem',
      'technik oddzwoni w ciągu {days} dni',
    ],
    notes: [
      'Za {days} tygodnie otwiera drugą piekarnię.',
      'Dzwonić przed dziesiątą.',
      'Faktury tylko elektronicznie, nowy adres w księgowości.',
      'Ważniejsza jakość niż {percent} % ceny.',
    ],
  },
  sv: {
    asked: [
      'Undrar när order {order} kommer',
      'Vill flytta order {order} {days} dagar',
      'Två säckar i order {order} var trasiga',
      'Frågar om mängdrabatt',
      'Saknar fakturan för order {order}',
    ],
    outcome: [
      'lagret bekräftade i morgon kl. {hour}',
      'kom överens om {percent} % på nästa order',
      'lovade kreditera {amount} €',
      'skickade kopian med e-post',
      'teknikern ringer inom {days} dagar',
    ],
    notes: [
      'Öppnar ett andra kafé om {days} veckor.',
      'Ring helst före tio.',
      'Vill ha ekologiskt även om det kostar {percent} % mer.',
    ],
  },
  fr: {
    asked: [
      'Demande où en est la commande {order}',
      'Souhaite décaler la commande {order} de {days} jours',
      'Deux sacs déchirés dans la commande {order}',
      'Demande un prix de gros',
    ],
    outcome: [
      'livraison confirmée demain à {hour} h',
      'remise de {percent} % sur la prochaine commande',
      'avoir de {amount} € promis',
      'le technicien rappelle sous {days} jours',
    ],
    notes: [
      'Ouvre une deuxième boutique dans {days} semaines.',
      'Ne pas appeler entre midi et deux.',
      'Préfère les farines de moulin, même {percent} % plus chères.',
    ],
  },
  es: {
    asked: [
      'Pregunta por el pedido {order}',
      'Quiere retrasar el pedido {order} {days} días',
      'Llegaron dos sacos rotos en el pedido {order}',
      'Pide precio por volumen',
    ],
    outcome: [
      'el almacén lo confirma para mañana a las {hour}',
      'acordado un {percent} % en el próximo pedido',
      'se prometió un abono de {amount} €',
      'el técnico llamará en {days} días',
    ],
    notes: [
      'Abre otra panadería en {days} semanas.',
      'Llamar por la mañana, antes de las diez.',
      'Paga siempre antes del vencimiento.',
    ],
  },
  tr: {
    asked: [
      '{order} numaralı siparişi sordu',
      '{order} siparişini {days} gün ertelemek istiyor',
      '{order} siparişinde iki çuval yırtık geldi',
      'Toplu alımda indirim istedi',
    ],
    outcome: [
      'depo yarın saat {hour} için onayladı',
      'sonraki siparişte %{percent} indirim konuşuldu',
      '{amount} € iade sözü verildi',
      'teknik servis {days} gün içinde arayacak',
    ],
    notes: [
      '{days} hafta sonra ikinci şubeyi açıyor.',
      'Öğleden önce aranmak istiyor.',
      'Faturalar muhasebenin e-postasına gitsin.',
    ],
  },
  kk: {
    asked: [
      '{order} тапсырысы қайда екенін сұрады',
      '{order} тапсырысын {days} күнге жылжытуды өтінді',
      '{order} тапсырысында екі қап жыртылған',
      'Көлемге жеңілдік сұрады',
    ],
    outcome: [
      'қойма ертеңге, сағат {hour}:00-ге растады',
      'келесі тапсырысқа {percent} % келісілді',
      '{amount} € қайтаруға уәде берілді',
      'шебер {days} күнде хабарласады',
    ],
    notes: [
      '{days} аптадан кейін екінші наубайхана ашады.',
      'Таңғы онға дейін қоңырау шалған дұрыс.',
      'Шоттарды бухгалтердің поштасына жіберу керек.',
    ],
  },
  ar: {
    asked: [
      'سأل عن موعد وصول الطلب {order}',
      'طلب تأجيل الطلب {order} لمدة {days} أيام',
      'وصل كيسان ممزقان في الطلب {order}',
      'طلب سعرا أفضل للكميات الكبيرة',
    ],
    outcome: [
      'أكد المستودع التسليم غدا الساعة {hour}',
      'تم الاتفاق على خصم {percent} % للطلب القادم',
      'وعدنا برد {amount} €',
      'سيتصل الفني خلال {days} أيام',
    ],
    notes: [
      'يفتتح فرعا ثانيا بعد {days} أسابيع.',
      'يفضل الاتصال قبل الظهر.',
      'ترسل الفواتير إلى بريد المحاسب.',
    ],
  },
  zh: {
    asked: [
      '询问订单 {order} 的到货时间',
      '希望订单 {order} 推迟 {days} 天',
      '订单 {order} 有两袋破损',
      '咨询批量价格',
    ],
    outcome: [
      '仓库确认明天 {hour} 点送达',
      '下次订单优惠 {percent} %',
      '答应退款 {amount} €',
      '技术员 {days} 天内回电',
    ],
    notes: ['{days} 周后开第二家店，需要烤箱。', '上午联系比较方便。', '发票请发到财务邮箱。'],
  },
}
