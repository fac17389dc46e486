//! What the demo neighbours say.

use std::time::Duration;

use praca_api::Timestamp;
use praca_api::accounts::Role;

/// Handle, name, role.
pub const PEOPLE: &[(&str, &str, Role)] = &[
    ("ana", "Ana Beatriz Rocha", Role::Admin),
    ("bia", "Bia Monteiro", Role::Moderator),
    ("caio", "Caio Lacerda", Role::User),
    ("davi", "Davi Nogueira", Role::User),
    ("elis", "Elis Tavares", Role::User),
];

/// Handle, days ago, time of day in UTC, text.
type Line = (&'static str, u64, &'static str, &'static str);

/// A room and what was said in it.
pub struct Room {
    pub slug: &'static str,
    pub name: &'static str,
    pub topic: &'static str,
    pub interval_global_seconds: u32,
    pub per_user_seconds: u32,
    pub silence: Option<&'static str>,
    pub messages: &'static [Line],
}

/// Two people, and what they said to each other.
pub struct Talk {
    pub between: [&'static str; 2],
    pub messages: &'static [Line],
}

pub const TALKS: &[Talk] = &[
    Talk {
        between: ["caio", "ana"],
        messages: &[
            ("caio", 2, "20:10", "Oi, Ana! O portão do coreto ficou aberto de novo, é com você?"),
            ("ana", 2, "20:14", "É comigo sim. Já pedi para fecharem, obrigada por avisar."),
            ("caio", 2, "20:15", "Imagina. Se precisar, passo lá e encosto."),
            ("ana", 1, "08:31", "Fecharam ontem à noite. 🙏"),
            ("caio", 0, "09:02", "Boa! E a roda de samba, confirma às 18h?"),
            ("ana", 0, "09:05", "Confirmada. *Leva o pandeiro*, que ninguém mais tem."),
        ],
    },
    Talk {
        between: ["elis", "davi"],
        messages: &[
            ("elis", 1, "14:20", "Davi, você ainda tem aquela furadeira para emprestar?"),
            ("davi", 1, "14:40", "Tenho. Passa aqui depois das seis."),
            ("elis", 1, "14:41", "Passo sim. Levo um pedaço de bolo."),
            ("davi", 0, "08:15", "O bolo acabou antes do café. Obrigado!"),
        ],
    },
];

pub const ROOMS: &[Room] = &[
    Room {
        slug: "praca-central",
        name: "Praça Central",
        topic: "Conversa do dia a dia: recados, dúvidas e prosa boa.",
        interval_global_seconds: 0,
        per_user_seconds: 0,
        silence: None,
        messages: &[
            ("elis", 3, "11:02", "Bom dia, vizinhança! O ipê perto do coreto amanheceu todo amarelo."),
            ("caio", 3, "11:05", "Vi agora há pouco. Parece tapete no chão."),
            ("davi", 3, "11:09", "Alguém sabe se a biblioteca abre no feriado?"),
            ("bia", 3, "11:15", "Abre das 9h às 13h, liguei lá ontem."),
            ("davi", 3, "11:16", "Obrigado, Bia!"),
            (
                "caio",
                2,
                "18:40",
                "Tem um cachorro caramelo rondando a Rua das Acácias, de coleira azul. Parece perdido.",
            ),
            ("elis", 2, "18:44", "É o Pipoca, da dona Zuleide! Vou avisar ela."),
            ("elis", 2, "19:10", "Avisada. Ela já buscou e mandou agradecer. 🐶"),
            ("ana", 2, "19:12", "Que bom. Vizinhança boa é isso."),
            ("davi", 1, "13:30", "Faltou luz aí também? Aqui na Travessa do Moinho caiu agora."),
            ("caio", 1, "13:31", "Aqui caiu e voltou."),
            ("bia", 1, "13:50", "A companhia diz que normaliza até as *15h*. Protocolo na mão: `2026-4471`."),
            ("davi", 1, "15:02", "Voltou por aqui. 👏"),
            ("elis", 0, "09:20", "Hoje tem roda de samba no coreto, às 18h. Levem cadeira!"),
            ("caio", 0, "09:24", "Eu levo o pandeiro."),
        ],
    },
    Room {
        slug: "avisos",
        name: "Avisos da Associação",
        topic: "Recados oficiais. Só a moderação escreve.",
        interval_global_seconds: 0,
        per_user_seconds: 0,
        silence: Some("Esta sala é só para avisos da associação."),
        messages: &[
            ("ana", 3, "12:00", "Coleta seletiva: a partir desta semana, às *segundas e quintas*, até as 8h."),
            ("bia", 2, "12:00", "A reunião da associação mudou para quinta, às 19h30, no salão da igreja."),
            (
                "ana",
                1,
                "12:00",
                "A Rua do Ipê fica fechada até o coreto no sábado, das 16h às 22h, por causa da roda de samba.",
            ),
        ],
    },
    Room {
        slug: "feira-livre",
        name: "Feira Livre",
        topic: "O que tem na banca, a que preço, e onde está a fila menor. Em modo lento, para todos terem vez.",
        interval_global_seconds: 5,
        per_user_seconds: 15,
        silence: None,
        messages: &[
            ("davi", 2, "10:10", "Tomate bonito na banca do seu Osvaldo, 6 o quilo."),
            ("elis", 2, "10:18", "Morango também, três caixas por 20."),
            ("caio", 2, "10:25", "A pamonha acaba cedo, corram."),
            ("bia", 1, "10:40", "Lembrem da sacola: a feira não dá mais plástico."),
            ("davi", 1, "11:05", "Sobrou manjericão na banca da Dalva, ela está dando muda."),
            ("elis", 0, "10:02", "Fila menor hoje é a da entrada pela Rua do Ipê."),
        ],
    },
    Room {
        slug: "ajuda",
        name: "Ajuda",
        topic: "Perguntas sobre a praça e como usar cada coisa.",
        interval_global_seconds: 0,
        per_user_seconds: 0,
        silence: None,
        messages: &[
            ("caio", 2, "14:00", "Como eu corrijo uma mensagem que mandei com erro?"),
            ("bia", 2, "14:03", "Abra as ações da mensagem e escolha *Editar*. Ela fica marcada como editada."),
            ("caio", 2, "14:04", "Achei. Obrigado!"),
            ("elis", 1, "16:30", "O que é o modo lento?"),
            (
                "bia",
                1,
                "16:33",
                "> O que é o modo lento?\nUm intervalo entre uma mensagem e outra, para a conversa respirar. Seu rascunho fica guardado enquanto espera.",
            ),
        ],
    },
];

/// So many days ago, at that time, but never in the future.
pub fn moment(now: Timestamp, days: u64, time: &str) -> Timestamp {
    let midnight = now - Duration::from_millis(u64::try_from(now.millis() % 86_400_000).unwrap_or_default());
    let (hours, minutes) = time.split_once(':').unwrap_or(("0", "0"));
    let into: u64 = hours.parse::<u64>().unwrap_or_default() * 3_600 + minutes.parse::<u64>().unwrap_or_default() * 60;
    let moment = midnight - Duration::from_secs(days * 86_400) + Duration::from_secs(into);
    if moment > now { now } else { moment }
}
